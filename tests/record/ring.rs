//! What the ring loses is counted where it is missing.

use e_risalah::record::capture::{Next, Outlet, ring};
use e_risalah::recording::{Cause, Format, Sample};
use proptest::prelude::*;

proptest! {
    #[test]
    fn every_frame_comes_out_or_is_counted_in_its_place(
        steps in prop::collection::vec((0u64..400, 0u64..30, 0usize..900, any::<bool>()), 1..200),
    ) {
        let format = Format { rate: std::num::NonZeroU32::new(8_000).expect("a rate"), channels: 3, sample: Sample::I16 };
        let (mut intake, mut outlet) = ring(format, 60);
        let frame = format.frame();
        let mut next = 0u64;
        let mut timeline: Vec<Option<[u8; 6]>> = Vec::new();
        let mut out = Vec::new();
        let frame_at = |at: u64| [(at % 251) as u8, (at / 251 % 251) as u8, 1, 2, 3, 4];
        let mut take = |outlet: &mut Outlet, timeline: &mut Vec<Option<[u8; 6]>>, most: usize| {
            out.clear();
            match outlet.take(&mut out, most) {
                Next::Sound(bytes) => {
                    assert_eq!(bytes, out.len());
                    timeline.extend(out.chunks_exact(frame).map(|bytes| Some(bytes.try_into().expect("a frame"))));
                    true
                }
                Next::Lost(mark) => {
                    timeline.extend((0..mark.frames).map(|_| None));
                    true
                }
                Next::Nothing | Next::Ended => false,
            }
        };
        for (pushed, missing, taken, reads) in steps {
            let bytes: Vec<u8> = (next..next + pushed).flat_map(frame_at).collect();
            intake.push(&bytes);
            next += pushed;
            intake.lose(missing, Cause::Overrun);
            next += missing;
            if reads {
                take(&mut outlet, &mut timeline, taken);
            }
            // What is lost counts from the moment at which it is lost: a clock that is compared with it sees no leap.
            prop_assert_eq!(timeline.len() as u64 + outlet.waiting(), next);
        }
        // What is still lost when the source ends is known to nobody behind it; another frame makes it known.
        while take(&mut outlet, &mut timeline, usize::MAX) {}
        let bytes: Vec<u8> = frame_at(next).into();
        intake.push(&bytes);
        next += 1;
        while take(&mut outlet, &mut timeline, usize::MAX) {}
        drop(intake);
        prop_assert_eq!(timeline.len() as u64, next);
        prop_assert_eq!(outlet.waiting(), 0);
        for (at, got) in timeline.iter().enumerate() {
            if let Some(got) = got {
                prop_assert_eq!(*got, frame_at(at as u64));
            }
        }
    }
}
