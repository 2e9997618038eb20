//! Matrix products by themselves: the yardstick for what is built of them.

use crate::kernel::{Kernel, LANES};
use crate::linear::{Builder, Linear, Panels, Precision, Scratch};
use crate::weights::{Data, Tensor};

/// A product of some rows with a matrix, to be timed.
pub struct Product {
    kernel: Kernel,
    linear: Linear,
    scratch: Scratch,
    x: Vec<f32>,
    out: Vec<f32>,
}

impl Product {
    /// A product of `rows` rows with `outputs × inputs` weights; `inputs` is a multiple of 4.
    #[must_use]
    pub fn new(kernel: Kernel, precision: Precision, rows: usize, inputs: usize, outputs: usize) -> Self {
        let wave = |count: usize| (0..count).map(|place| (place as f32 * 0.37).sin()).collect::<Vec<_>>();
        let tensor = Tensor { shape: vec![outputs, inputs], data: Data::F32(wave(inputs * outputs)) };
        let mut panels = Panels::with_room(inputs * outputs.next_multiple_of(LANES));
        let mut builder = Builder::new(kernel, precision, &mut panels, inputs, outputs);
        // It fails only for values that are not finite.
        let _ = builder.add("", &tensor, None, 1.0);
        let linear = builder.finish(&mut panels);
        panels.close();
        let out = vec![0.0; rows * linear.outputs];
        Self { kernel, linear, scratch: Scratch::default(), x: wave(rows * inputs), out }
    }

    /// Does it once.
    pub fn run(&mut self) {
        self.linear.run(self.kernel, &mut self.scratch, &self.x, self.linear.inputs, &mut self.out, false);
    }
}
