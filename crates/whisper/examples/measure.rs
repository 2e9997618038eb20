//! What the recogniser costs on this processor, and what of that the matrix products alone would
//! cost.
//!
//! `measure MODEL.bin [OPTION…] SOUND.wav…` hears each sound (mono, 16 kHz, 16 bits) and writes one
//! line of text for each to stdout, figures to stderr. `measure --random base|large-v3-turbo
//! [OPTION…] [SOUND.wav…]` does so with random weights of that size, whose words mean nothing;
//! without sounds it takes noise of 6 s and decodes 40 tokens.
//!
//! Options: `--kernel NAME`, `--f32`, `--frames N` (the shortest window), `--language CODE`,
//! `--prompt TEXT` (what is said to have gone before), `--times` (word times), `--blank` (the text
//! may be empty), `--repeat N`.
//!
//! Figures are seconds of CPU time of this thread. Pin it (`taskset -c 0`), and compare only what
//! was measured at one go.

use std::collections::HashMap;
use std::error::Error;
use std::sync::Arc;

use risalah_whisper::{
    BINS, Bias, Data, Dimensions, FRAME, Kernel, Model, Options, Precision, Product, Scores, Session, SpecialTokens,
    Tensor, Token, Weights,
};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Seconds that this thread has had the processor.
fn cpu() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

struct Arguments {
    model: Option<String>,
    random: Option<String>,
    kernel: Kernel,
    precision: Precision,
    frames: usize,
    language: String,
    prompt: String,
    times: bool,
    blank: bool,
    repeat: usize,
    sounds: Vec<String>,
}

fn arguments() -> Result<Arguments> {
    let mut parsed = Arguments {
        model: None,
        random: None,
        kernel: Kernel::best(),
        precision: Precision::Int8,
        frames: 512,
        language: "id".to_owned(),
        prompt: String::new(),
        times: false,
        blank: false,
        repeat: 1,
        sounds: Vec::new(),
    };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or(format!("{word} needs a value"));
        match word.as_str() {
            "--random" => parsed.random = Some(value()?),
            "--kernel" => {
                let name = value()?;
                let known = Kernel::available();
                parsed.kernel = Kernel::named(&name).ok_or(format!("{name} is none of {known:?}"))?;
            }
            "--f32" => parsed.precision = Precision::F32,
            "--frames" => parsed.frames = value()?.parse()?,
            "--language" => parsed.language = value()?,
            "--prompt" => parsed.prompt = value()?,
            "--times" => parsed.times = true,
            "--blank" => parsed.blank = true,
            "--repeat" => parsed.repeat = value()?.parse()?,
            _ if parsed.model.is_none() && parsed.random.is_none() => parsed.model = Some(word),
            _ => parsed.sounds.push(word),
        }
    }
    Ok(parsed)
}

fn main() -> Result<()> {
    let arguments = arguments()?;
    let begun = cpu();
    let weights = match (&arguments.model, &arguments.random) {
        (Some(path), _) => Weights::read_ggml(std::io::BufReader::new(std::fs::File::open(path)?))?,
        (None, Some(size)) => random(size)?,
        (None, None) => return Err("measure MODEL.bin|--random SIZE [SOUND.wav…]".into()),
    };
    let model = Arc::new(Model::with_kernel(weights, arguments.precision, arguments.kernel)?);
    eprintln!(
        "{:?} {:?}, weights {} MB, loaded in {:.2} s",
        model.kernel(),
        model.precision(),
        model.bytes() / 1_000_000,
        cpu() - begun
    );
    stages(&model, arguments.frames);

    let suppressed = model.non_speech_tokens();
    let prompt = model.tokens_of(&arguments.prompt);
    let options = Options {
        language: model.language(&arguments.language)?,
        suppressed: &suppressed,
        prompt: &prompt,
        may_be_empty: arguments.blank,
        least_frames: arguments.frames,
        word_times: arguments.times,
        ..Options::default()
    };
    let mut session = Session::new(Arc::clone(&model));
    let (mut heard, mut tokens, mut retries) = (0, 0, 0);
    let begun = cpu();
    for path in arguments.sounds.iter().cycle().take(arguments.sounds.len() * arguments.repeat) {
        let sound = wav(path)?;
        let result = session.transcribe(&sound, &options)?;
        heard += sound.len();
        tokens += result.tokens.len();
        retries += result.attempts - 1;
        let words = result.words.iter().map(|word| match &word.span {
            Some(span) => format!("{}@{:.2}-{:.2}", word.text, span.start as f32 / 16e3, span.end as f32 / 16e3),
            None => word.text.clone(),
        });
        println!("{}", words.collect::<Vec<_>>().join(" "));
    }
    let count = arguments.sounds.len() * arguments.repeat;
    if count > 0 {
        let all = cpu() - begun;
        let seconds = heard as f64 / 16_000.0;
        eprintln!(
            "{count} sounds of {seconds:.0} s: {all:.2} s, {:.4} s each, {:.4} of their length; {tokens} tokens, {retries} heard again",
            all / count as f64,
            all / seconds
        );
    }
    Ok(())
}

/// Has the decoder say one token after another, whatever it hears.
struct Counting;

impl Bias for Counting {
    fn apply(&self, said: &[Token], scores: &mut Scores<'_>) {
        scores.add(1000 + said.len() as u32, 1e9);
    }
}

/// Stages of an utterance in a window of so many frames, and the products of the encoder by
/// themselves.
fn stages(model: &Arc<Model>, frames: usize) {
    let mut session = Session::new(Arc::clone(model));
    let frames = frames.min(model.dimensions().audio_context);
    let mut state = 1u32;
    let noise: Vec<f32> = (0..frames * FRAME)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / 16_777_216.0 * 0.1 - 0.05
        })
        .collect();
    let least = |times: usize, work: &mut dyn FnMut()| {
        // The least of some: others use the machine as well.
        (0..times).fold(f64::MAX, |least, _| {
            let begun = cpu();
            work();
            least.min(cpu() - begun)
        })
    };
    let mel = least(5, &mut || {
        session.log_mel(&noise, frames);
    });
    let encode = least(5, &mut || session.encode(&noise, frames).unwrap_or(()));
    let mut step = |count: usize| {
        let options = Options { bias: Some(&Counting), most_tokens: count, ..Options::default() };
        least(5, &mut || drop(session.decode(&options)))
    };
    let (few, many) = (step(4), step(24));
    let token = (many - few) / 20.0;
    let Dimensions { width, audio_layers, text_layers, vocabulary, .. } = *model.dimensions();
    // Of each layer the weights of 14 squares are read for a token, and those of all tokens.
    let bytes = (14 * width * width * text_layers + vocabulary * width)
        * if model.precision() == Precision::Int8 { 1 } else { 4 };
    let memory = vec![1u64; bytes / 8];
    let read = least(5, &mut || {
        std::hint::black_box(memory.iter().fold(0u64, |sum, &value| sum.wrapping_add(value)));
    });
    let mut products = 0.0;
    let mut operations = 0.0;
    for (inputs, outputs) in [(width, 3 * width), (width, width), (width, 4 * width), (4 * width, width)] {
        let mut product = Product::new(model.kernel(), model.precision(), frames, inputs, outputs);
        products += least(5, &mut || product.run()) * audio_layers as f64;
        operations += 2.0 * (frames * inputs * outputs * audio_layers) as f64;
    }
    eprintln!(
        "{frames} frames: mel {:.2} ms, encoder and cross keys {:.1} ms; its linear products alone {:.1} ms ({:.0} GOPS); a token {:.2} ms, reading its {} MB {:.2} ms",
        mel * 1e3,
        (encode - mel) * 1e3,
        products * 1e3,
        operations / products / 1e9,
        token * 1e3,
        bytes / 1_000_000,
        read * 1e3
    );
}

/// Weights of an official size whose values are pseudo-random.
fn random(size: &str) -> Result<Weights> {
    let (mels, width, heads, audio_layers, text_layers, vocabulary) = match size {
        "base" => (80, 512, 8, 6, 6, 51_865),
        "small" => (80, 768, 12, 12, 12, 51_865),
        "large-v3-turbo" => (128, 1280, 20, 32, 4, 51_866),
        _ => return Err(format!("the size {size}").into()),
    };
    let dimensions = Dimensions {
        mels,
        audio_context: 1500,
        width,
        audio_heads: heads,
        audio_layers,
        text_context: 448,
        text_heads: heads,
        text_layers,
        vocabulary,
    };
    let mut state = 1u64;
    let mut values = |shape: &[usize], spread: f32| -> Tensor {
        let count = shape.iter().product();
        let data = (0..count).map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            // The bits of a number of half precision between 2^-14 and 1: its exponent is limited
            // by the spread.
            let value = ((state >> 40) as f32 / 8_388_608.0 - 1.0) * spread;
            (value.to_bits() >> 16 & 0x8000) as u16 | half(value.abs())
        });
        Tensor { shape: shape.to_vec(), data: Data::F16(data.collect()) }
    };
    let mut tensors = HashMap::new();
    let mut put = |name: String, shape: &[usize], spread: f32| {
        tensors.insert(name, values(shape, spread));
    };
    let spread = 1.7 / (width as f32).sqrt();
    let linear = |put: &mut dyn FnMut(String, &[usize], f32), name: &str, outputs: usize, inputs: usize, bias: bool| {
        put(format!("{name}.weight"), &[outputs, inputs], spread);
        if bias {
            put(format!("{name}.bias"), &[outputs], 0.01);
        }
    };
    for (side, layers) in [("encoder", audio_layers), ("decoder", text_layers)] {
        for layer in 0..layers {
            let prefix = format!("{side}.blocks.{layer}");
            let attentions: &[&str] = if side == "decoder" { &["attn", "cross_attn"] } else { &["attn"] };
            for attention in attentions {
                put(format!("{prefix}.{attention}_ln.weight"), &[width], 1.0);
                put(format!("{prefix}.{attention}_ln.bias"), &[width], 0.1);
                for part in ["query", "key", "value", "out"] {
                    linear(&mut put, &format!("{prefix}.{attention}.{part}"), width, width, part != "key");
                }
            }
            put(format!("{prefix}.mlp_ln.weight"), &[width], 1.0);
            put(format!("{prefix}.mlp_ln.bias"), &[width], 0.1);
            linear(&mut put, &format!("{prefix}.mlp.0"), 4 * width, width, true);
            linear(&mut put, &format!("{prefix}.mlp.2"), width, 4 * width, true);
        }
    }
    for name in ["encoder.ln_post", "decoder.ln"] {
        put(format!("{name}.weight"), &[width], 1.0);
        put(format!("{name}.bias"), &[width], 0.1);
    }
    put("encoder.conv1.weight".into(), &[width, mels, 3], 0.1);
    put("encoder.conv1.bias".into(), &[width], 0.01);
    put("encoder.conv2.weight".into(), &[width, width, 3], 0.05);
    put("encoder.conv2.bias".into(), &[width], 0.01);
    put("encoder.positional_embedding".into(), &[1500, width], 0.5);
    put("decoder.positional_embedding".into(), &[448, width], 0.5);
    put("decoder.token_embedding.weight".into(), &[vocabulary, width], 0.5);
    let special = SpecialTokens::of_vocabulary(vocabulary).ok_or("the vocabulary")?;
    let filters = (0..mels * BINS).map(|place| if place % BINS / 2 == place / BINS { 0.01 } else { 0.0 }).collect();
    let vocabulary = (0..special.end).map(|token| format!(" {token}").into_bytes()).collect();
    Ok(Weights { dimensions, filters, vocabulary, special, alignment_heads: None, tensors })
}

/// Half precision of a number from 0 to 1, cut off.
fn half(value: f32) -> u16 {
    let bits = value.to_bits();
    let exponent = (bits >> 23) as i32 - 127 + 15;
    if exponent <= 0 { 0 } else { (exponent as u16) << 10 | (bits >> 13 & 0x3ff) as u16 }
}

fn wav(path: &str) -> Result<Vec<f32>> {
    let bytes = std::fs::read(path)?;
    let mut rest = bytes.get(12..).ok_or("no WAV file")?;
    while let Some((head, after)) = rest.split_at_checked(8) {
        let length = u32::from_le_bytes(head[4..8].try_into()?) as usize;
        if &head[..4] == b"data" {
            let data = &after[..length.min(after.len())];
            return Ok(data
                .chunks_exact(2)
                .map(|two| f32::from(i16::from_le_bytes([two[0], two[1]])) / 32_768.0)
                .collect());
        }
        rest = after.get(length..).unwrap_or_default();
    }
    Err(format!("{path} holds no sound").into())
}
