//! The parts against their definitions, on every kernel of this processor.

#![allow(clippy::float_cmp)]

use std::sync::Arc;

use proptest::prelude::*;

use crate::kernel::loops::{self, Bf16, Stored};
use crate::kernel::{self, Kernel, LANES};
use crate::linear::{Builder, Panels, Precision, Scratch};
use crate::reference::{Random, Reference, gelu, random, small};
use crate::{Data, Ending, Error, Model, Options, Session, Tensor, Weights};

const PRECISIONS: [Precision; 2] = [Precision::F32, Precision::Int8];

fn session(weights: &Weights, precision: Precision, kernel: Kernel) -> Session {
    let model = Model::with_kernel(weights.clone(), precision, kernel).expect("a model");
    Session::new(Arc::new(model))
}

/// The root of the mean square of the differences, relative to that of the values.
fn off(found: &[f32], expected: impl IntoIterator<Item = f64>) -> f64 {
    let (mut error, mut all, mut count) = (0.0, 0.0, 0);
    for (found, expected) in found.iter().zip(expected) {
        error += (f64::from(*found) - expected).powi(2);
        all += expected.powi(2);
        count += 1;
    }
    assert_eq!(count, found.len());
    (error / all).sqrt()
}

#[test]
fn the_best_kernel_is_available_and_has_a_name() {
    let all = Kernel::available();
    assert_eq!(all.first(), Some(&Kernel::best()));
    assert_eq!(all.last().map(|kernel| kernel.name()), Some("scalar"));
    for kernel in all {
        assert_eq!(Kernel::named(kernel.name()), Some(kernel));
    }
    assert_eq!(Kernel::named("sse9"), None);
}

#[test]
fn the_encoder_is_that_of_its_definition() {
    let weights = random(small(), 1);
    for (frames, seed) in [(1, 2), (16, 3), (33, 4), (60, 5)] {
        let mel = Random(seed).many(2 * frames * 8, 1.5);
        let expected: Vec<f64> = Reference(&weights).encode(&mel).into_iter().flatten().collect();
        for kernel in Kernel::available() {
            for (precision, most) in PRECISIONS.into_iter().zip([2e-6, 0.08]) {
                let mut session = session(&weights, precision, kernel);
                session.encode_mel(&mel).expect("encoded");
                let off = off(session.encoded(), expected.iter().copied());
                assert!(off < most, "{kernel:?} {precision:?}, {frames} frames: {off}");
            }
        }
    }
}

#[test]
fn the_decoder_is_that_of_its_definition() {
    let weights = random(small(), 6);
    let mel = Random(7).many(2 * 45 * 8, 1.5);
    let reference = Reference(&weights);
    let encoded = reference.encode(&mel);
    let tokens = [61, 62, 65, 69, 3, 14, 15, 9, 26, 53];
    let expected = reference.decode(&encoded, &tokens);
    for kernel in Kernel::available() {
        for (precision, most) in PRECISIONS.into_iter().zip([5e-6, 0.15]) {
            let mut session = session(&weights, precision, kernel);
            session.encode_mel(&mel).expect("encoded");
            // All at once, one after another, and in two parts.
            for parts in [vec![10], vec![1; 10], vec![4, 6]] {
                let (mut from, mut found) = (0, Vec::new());
                session.restart();
                for part in parts {
                    found.extend(session.scores_after(&tokens[from..from + part]));
                    from += part;
                }
                let off = off(&found, expected.iter().flatten().copied());
                assert!(off < most, "{kernel:?} {precision:?}: {off}");
            }
        }
    }
}

#[test]
fn other_shapes_work_too() {
    for (width, heads, mels, frames) in
        [(32, 1, 4, 7), (96, 3, 80, 20), (96, 1, 12, 3), (192, 2, 128, 40), (128, 1, 20, 50)]
    {
        let dimensions = crate::Dimensions {
            width,
            audio_heads: heads,
            text_heads: heads,
            mels,
            text_layers: 1,
            audio_layers: 1,
            ..small()
        };
        let weights = random(dimensions, 8);
        let mel = Random(9).many(2 * frames * mels, 1.0);
        let reference = Reference(&weights);
        let encoded = reference.encode(&mel);
        let expected = reference.decode(&encoded, &[61, 5, 6]);
        for kernel in Kernel::available() {
            let mut session = session(&weights, Precision::F32, kernel);
            session.encode_mel(&mel).expect("encoded");
            session.restart();
            let off = off(&session.scores_after(&[61, 5, 6]), expected.iter().flatten().copied());
            assert!(off < 5e-6, "{kernel:?} {dimensions:?}: {off}");
        }
    }
}

#[test]
fn what_was_heard_before_changes_nothing() {
    let weights = random(small(), 10);
    for precision in PRECISIONS {
        let mut used = session(&weights, precision, Kernel::best());
        let options = Options { language: Some(62), least_frames: 16, ..Options::default() };
        let sounds: Vec<Vec<f32>> = [9000, 16_000, 320, 0, 12_000]
            .into_iter()
            .zip(20..)
            .map(|(length, seed)| Random(seed).many(length, 0.3))
            .collect();
        for sound in sounds.iter().chain(sounds.iter().rev()) {
            let again = used.transcribe(sound, &options).expect("heard");
            let new = session(&weights, precision, Kernel::best()).transcribe(sound, &options).expect("heard");
            assert_eq!(again, new);
        }
    }
}

#[test]
fn equal_tokens_share_their_weights() {
    let mut weights = random(small(), 11);
    let whole = session(&weights, Precision::F32, Kernel::best());
    assert_eq!(whole.model().decoder.token_of.len(), 77);
    let Some(Tensor { data: Data::F32(values), .. }) = weights.tensors.get_mut("decoder.token_embedding.weight") else {
        panic!("the embeddings");
    };
    for token in 20..75 {
        values[token * 64..(token + 1) * 64].fill(-0.25);
    }
    let narrow = session(&weights, Precision::F32, Kernel::best());
    let decoder = &narrow.model().decoder;
    // The end stays by itself.
    assert_eq!(decoder.token_of, (0..=20).chain([60, 75, 76]).collect::<Vec<_>>());
    assert_eq!(decoder.output_of[60], 21);
    for token in [61usize, 69, 74] {
        assert_eq!(decoder.output_of[token], 20);
    }
}

#[test]
fn decoding_obeys() {
    let weights = random(small(), 12);
    let mut session = session(&weights, Precision::F32, Kernel::best());
    session.encode(&Random(13).many(16_000, 0.3), 60).expect("encoded");
    let plain = Options { language: Some(63), may_be_empty: false, ..Options::default() };
    let heard = session.decode(&plain).expect("decoded");
    assert!(!heard.tokens.is_empty());
    assert!(heard.tokens.iter().all(|token| token.id < 60 && (0.0..=1.0).contains(&token.probability)));
    assert!(heard.tokens.iter().all(|token| (token.probability.ln() - token.log_probability).abs() < 1e-3));

    // The definition: the likeliest of the text tokens, and its probability among them and the end.
    let reference = Reference(&weights);
    let encoded: Vec<Vec<f64>> =
        session.encoded().chunks(64).map(|row| row.iter().copied().map(f64::from).collect()).collect();
    let mut sequence = vec![61, 63, 65, 69];
    for (place, token) in heard.tokens.iter().enumerate() {
        let scores = reference.decode(&encoded, &sequence).pop().expect("scores");
        let choice = |token: &usize| place > 0 || *token != 60;
        let among: Vec<usize> = (0..=60).filter(choice).collect();
        let best = among.iter().copied().max_by(|&a, &b| scores[a].total_cmp(&scores[b])).expect("one");
        let all: f64 = among.iter().map(|&token| (scores[token] - scores[best]).exp()).sum();
        assert_eq!(token.id as usize, best);
        assert!((f64::from(token.probability) - 1.0 / all).abs() < 1e-4);
        sequence.push(token.id);
    }

    let first = heard.tokens[0].id;
    let without = session.decode(&Options { suppressed: &[first], ..plain_copy(&plain) }).expect("decoded");
    assert!(without.tokens.iter().all(|token| token.id != first));
    let few = session.decode(&Options { most_tokens: 1, ..plain_copy(&plain) }).expect("decoded");
    assert_eq!((few.tokens.len(), few.ending), (1, Ending::Runaway));
    assert_eq!(few.tokens[0], heard.tokens[0]);
    let none = session.decode(&Options { stop: &|| true, ..plain_copy(&plain) }).expect("decoded");
    assert_eq!((none.tokens.len(), none.ending), (0, Ending::Stopped));

    let biased = session.decode(&Options { bias: Some(&Favour), ..plain_copy(&plain) }).expect("decoded");
    assert_eq!(biased.tokens.iter().map(|token| token.id).collect::<Vec<_>>(), [7]);
    assert!(biased.tokens[0].probability < 1.0, "the model's own");
    assert_eq!(biased.ending, Ending::Complete);

    // A prompt longer than half of the context is cut, not refused.
    let prompt: Vec<u32> = (0..60).collect();
    session.decode(&Options { prompt: &prompt, ..plain_copy(&plain) }).expect("decoded");
    for wrong in
        [Options { prompt: &[99], ..plain_copy(&plain) }, Options { language: Some(1000), ..plain_copy(&plain) }]
    {
        assert!(matches!(session.decode(&wrong), Err(Error::Input(_))));
    }
}

/// In favour of one word.
struct Favour;
impl crate::Bias for Favour {
    fn apply(&self, said: &[crate::Token], scores: &mut crate::Scores<'_>) {
        assert!(scores.get(70) == f32::NEG_INFINITY, "no control token");
        scores.add(if said.is_empty() { 7 } else { 60 }, 1000.0);
    }
}

fn plain_copy<'o>(options: &Options<'o>) -> Options<'o> {
    Options { ..*options }
}

#[test]
fn a_loop_is_stopped_and_heard_again_in_longer_windows() {
    struct Again;
    impl crate::Bias for Again {
        fn apply(&self, _: &[crate::Token], scores: &mut crate::Scores<'_>) {
            scores.add(7, 1000.0);
        }
    }
    let dimensions = crate::Dimensions { audio_context: 400, ..small() };
    let mut session = session(&random(dimensions, 14), Precision::Int8, Kernel::best());
    let options = Options { language: Some(62), bias: Some(&Again), least_frames: 32, ..Options::default() };
    let heard = session.transcribe(&Random(15).many(16_000, 0.3), &options).expect("heard");
    assert_eq!((heard.ending, heard.attempts, heard.frames), (Ending::Loop, 3, 400));
    assert_eq!(heard.tokens.len(), 8);
}

#[test]
fn words_have_times_inside_the_sound() {
    let mut session = session(&random(small(), 16), Precision::Int8, Kernel::best());
    for (length, seed) in [(16_000, 17), (6_000, 18), (100, 19), (19_200, 21)] {
        let options = Options {
            language: Some(62),
            least_frames: 16,
            word_times: true,
            may_be_empty: false,
            ..Options::default()
        };
        let heard = session.transcribe(&Random(seed).many(length, 0.3), &options).expect("heard");
        assert!(!heard.words.is_empty());
        let mut last = 0;
        for word in &heard.words {
            let span = word.span.clone().expect("a time");
            assert!(last <= span.start && span.start <= span.end && span.end <= length, "{:?}", heard.words);
            assert!(span.start < span.end || length < 320 * heard.words.len());
            last = span.end;
        }
        let covered: usize = heard.words.iter().map(|word| word.tokens.len()).sum();
        assert_eq!(covered, heard.tokens.len());
    }
}

#[test]
fn detection_is_a_distribution() {
    let mut session = session(&random(small(), 22), Precision::F32, Kernel::best());
    assert!(matches!(session.detect(&[62, 63]), Err(Error::Input(_))), "nothing was encoded");
    session.encode(&Random(23).many(16_000, 0.3), 60).expect("encoded");
    let found = session.detect(&[62, 63]).expect("detected");
    assert!((found.languages.iter().sum::<f32>() - 1.0).abs() < 1e-5);
    assert!((0.0..=1.0).contains(&found.no_speech));
    assert_eq!(session.model().language("zh").expect("known"), Some(63));
    assert!(matches!(session.model().language("id"), Err(Error::Language { .. })));
}

#[test]
fn what_does_not_fit_is_refused() {
    let build = |change: &dyn Fn(&mut Weights)| {
        let mut weights = random(small(), 24);
        change(&mut weights);
        Model::new(weights, Precision::Int8).map(|_| ()).expect_err("refused")
    };
    let name = "decoder.blocks.1.mlp.0.weight";
    assert!(
        matches!(build(&|weights| drop(weights.tensors.remove(name))), Error::Missing { tensor } if tensor == name)
    );
    let more = |weights: &mut Weights| {
        let one = weights.tensors[name].clone();
        weights.tensors.insert("decoder.blocks.3.mlp.0.weight".into(), one);
    };
    assert!(matches!(build(&more), Error::Unexpected { .. }));
    let turned = |weights: &mut Weights| {
        weights.tensors.get_mut(name).expect("there").shape.reverse();
    };
    assert!(matches!(build(&turned), Error::Shape { .. }));
    for bad in [f32::NAN, f32::INFINITY] {
        for name in [name, "decoder.ln.bias", "encoder.conv1.weight", "encoder.blocks.0.attn.out.bias"] {
            let spoiled = |weights: &mut Weights| {
                let Some(Tensor { data: Data::F32(values), .. }) = weights.tensors.get_mut(name) else { panic!() };
                values[3] = bad;
            };
            assert!(matches!(build(&spoiled), Error::NotFinite { .. }), "{name}");
        }
    }
    let short = |weights: &mut Weights| {
        let Some(Tensor { data: Data::F32(values), .. }) = weights.tensors.get_mut(name) else { panic!() };
        values.pop();
    };
    assert!(matches!(build(&short), Error::Truncated { .. }));
    assert!(matches!(build(&|weights| weights.dimensions.audio_heads = 3), Error::Dimensions { .. }));
    assert!(matches!(build(&|weights| weights.dimensions.audio_heads = 4), Error::Dimensions { .. }));
    assert!(matches!(build(&|weights| weights.dimensions.text_layers = 0), Error::Dimensions { .. }));
    assert!(matches!(build(&|weights| weights.special.no_timestamps = 77), Error::Dimensions { .. }));
    assert!(matches!(build(&|weights| weights.alignment_heads = Some(vec![(3, 0)])), Error::Dimensions { .. }));
    assert!(matches!(build(&|weights| weights.filters.truncate(5)), Error::Dimensions { .. }));
}

#[test]
fn stored_bytes_are_kept_as_they_are() {
    // A matrix of bytes and scales is packed to the same bytes and scales again.
    let mut random = Random(25);
    let rows: Vec<i8> =
        (0..64 * 32).map(|place| if place % 64 == 5 { 127 } else { (random.next() * 127.0) as i8 }).collect();
    let scales = random.many(32, 0.01).into_iter().map(f32::abs).collect::<Vec<_>>();
    let stored = Tensor { shape: vec![32, 64], data: Data::Int8 { values: rows.clone(), scales: scales.clone() } };
    let mut panels = Panels::with_room(0);
    let mut builder = Builder::new(Kernel::best(), Precision::Int8, &mut panels, 64, 32);
    builder.add("w", &stored, None, 1.0).expect("built");
    let linear = builder.finish(&mut panels);
    panels.close();
    let mut row = vec![0.0; 64];
    for (output, (bytes, scale)) in rows.chunks(64).zip(scales).enumerate() {
        linear.weights_of(output, &mut row);
        for (found, &byte) in row.iter().zip(bytes) {
            assert!((found - f32::from(byte) * scale).abs() <= 2e-5 * scale);
        }
    }
}

#[test]
fn loops_are_those_of_their_definitions() {
    let mut random = Random(26);
    for kernel in Kernel::available() {
        let mut x = random.many(1000, 8.0);
        let expected: Vec<f64> = x.iter().map(|&x| gelu(f64::from(x))).collect();
        loops::gelu(kernel, &mut x);
        for (found, expected) in x.iter().zip(expected) {
            assert!((f64::from(*found) - expected).abs() < 1e-6, "{kernel:?}: {found} {expected}");
        }
        for length in [1, 15, 16, 17, 100] {
            let mut x = random.many(128, 30.0);
            let before = x.clone();
            loops::softmax(kernel, &mut x, length);
            let top = before[..length].iter().copied().fold(f32::MIN, f32::max);
            let weights: Vec<f64> = before[..length].iter().map(|&x| f64::from(x - top).exp()).collect();
            let all: f64 = weights.iter().sum();
            assert!(x[length..].iter().all(|&x| x == 0.0));
            for (found, weight) in x.iter().zip(&weights) {
                assert!((f64::from(*found) - weight / all).abs() < 1e-6, "{kernel:?}");
            }
            let (highest, sum) = loops::log_sum(kernel, &before[..length]);
            assert!(highest == top && (f64::from(sum) - all).abs() < 1e-5 * all);
        }
    }
    for value in [0.0, 1.0, -3.25, 1e-30, 6.5e4] {
        let stored = Bf16::of(value).value();
        assert!((stored - value).abs() <= value.abs() / 256.0);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn every_kernel_finds_the_same_integers(rows in 1usize..40, groups in 1usize..90, seed in any::<u64>(), extreme in any::<bool>()) {
        let inputs = 4 * groups;
        let mut random = Random(seed);
        let a: Vec<u8> = (0..rows * inputs).map(|_| if extreme { 255 } else { (random.next() * 127.9 + 127.9) as u8 }).collect();
        let panel: Vec<i8> =
            (0..inputs * LANES).map(|_| if extreme { -128 } else { (random.next() * 127.9) as i8 }).collect();
        let mut expected = vec![[0; LANES]; rows];
        for (row, sums) in expected.iter_mut().enumerate() {
            for (lane, sum) in sums.iter_mut().enumerate() {
                for input in 0..inputs {
                    *sum += i32::from(a[row * inputs + input]) * i32::from(panel[input / 4 * 4 * LANES + 4 * lane + input % 4]);
                }
            }
        }
        for kernel in Kernel::available() {
            let mut found = vec![[-1; LANES]; rows];
            kernel::products_u8(kernel, &a, inputs, &panel, &mut found);
            prop_assert!(found == expected, "{:?}", kernel);
        }
    }

    #[test]
    fn every_kernel_finds_the_same_bytes(rows in 1usize..5, inputs in 1usize..200, gap in 0usize..9, seed in any::<u64>(), spread in -6i32..6) {
        let mut random = Random(seed);
        let stride = inputs + gap;
        let x = random.many((rows - 1) * stride + inputs, 10f32.powi(spread));
        let mut first: Option<(Vec<u8>, Vec<f32>, Vec<f32>)> = None;
        for kernel in Kernel::available() {
            let (mut bytes, mut scale, mut zero) = (vec![0; rows * inputs], vec![0.0; rows], vec![0.0; rows]);
            loops::quantise(kernel, &x, stride, inputs, &mut bytes, &mut scale, &mut zero);
            for (row, (scale, zero)) in scale.iter().zip(&zero).enumerate() {
                for input in 0..inputs {
                    let stored = scale * (f32::from(bytes[row * inputs + input]) - zero);
                    prop_assert!((stored - x[row * stride + input]).abs() <= 0.51 * scale + 1e-12);
                }
            }
            let found = (bytes, scale, zero);
            prop_assert_eq!(first.get_or_insert_with(|| found.clone()), &found);
        }
    }

    #[test]
    fn products_are_those_of_their_definition(rows in 1usize..200, groups in 1usize..30, outputs in 1usize..80, gap in 0usize..9, seed in any::<u64>(), add in any::<bool>()) {
        let inputs = 4 * groups;
        let stride = inputs + gap;
        let mut random = Random(seed);
        let weights = random.many(inputs * outputs, 1.0);
        let bias = random.many(outputs, 1.0);
        let x = random.many((rows - 1) * stride + inputs, 1.0);
        let tensor = Tensor { shape: vec![outputs, inputs], data: Data::F32(weights.clone()) };
        for kernel in Kernel::available() {
            for precision in PRECISIONS {
                let mut panels = Panels::with_room(inputs * outputs);
                let mut builder = Builder::new(kernel, precision, &mut panels, inputs, outputs);
                builder.add("w", &tensor, Some(&bias), 2.0).expect("built");
                let linear = builder.finish(&mut panels);
                panels.close();
                let before = if add { 1.0 } else { 0.0 };
                let mut out = vec![1.0; rows * linear.outputs];
                linear.run(kernel, &mut Scratch::default(), &x, stride, &mut out, add);
                for row in [0, rows / 2, rows - 1] {
                    for output in 0..outputs {
                        let products = weights[output * inputs..][..inputs].iter().zip(&x[row * stride..]);
                        let sum: f64 = products.map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
                        let expected = before + 2.0 * (sum + f64::from(bias[output]));
                        let found = f64::from(out[row * linear.outputs + output]);
                        // Half a step of a byte of each, in the mean of many: a step is 2/255
                        // there, 2/127 here.
                        let most = match precision {
                            Precision::F32 => 1e-4,
                            Precision::Int8 => 0.08 * (inputs as f64).sqrt(),
                        };
                        prop_assert!((found - expected).abs() < most, "{:?} {:?}: {} {}", kernel, precision, found, expected);
                    }
                }
            }
        }
    }
}
