use e_risalah::recognise::models::header::{Header, HeaderError, Weights, parse, read};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use crate::ggml::{FILE_TYPE, Ggml, SOUND, STATE, VOCABULARY};

#[test]
fn a_sound_file_says_what_it_is() {
    let header = parse(&SOUND).expect("a sound file");
    let expected = Header {
        vocabulary: 51_865,
        state: 32,
        audio_heads: 1,
        audio_layers: 1,
        text_heads: 1,
        text_layers: 1,
        mels: 80,
        weights: Weights::Q8_0,
    };
    assert_eq!(header, expected);
    assert!(header.is_multilingual());
    assert!(!parse(&Ggml::with_vocabulary(51_864, 0).bytes()).expect("English").is_multilingual());
}

#[test]
fn tensors_may_stand_in_any_order() {
    let mut file = Ggml::new(0);
    file.tensors.reverse();
    assert!(parse(&file.bytes()).is_ok());
}

#[test]
fn other_formats_are_called_by_their_name() {
    let named = |bytes: &[u8]| match parse(bytes) {
        Err(HeaderError::OtherFormat(format)) => format,
        other => panic!("{other:?}"),
    };
    assert_eq!(named(b"GGUF\x03\0\0\0"), "GGUF");
    assert_eq!(named(b"PK\x03\x04\0\0"), "PyTorch / ZIP");
    assert_eq!(named(b"\x80\x02\x8a\x0a"), "PyTorch (pickle)");
    assert_eq!(named(b"\x28\xb5\x2f\xfd\x04"), "Zstandard");
    assert_eq!(named(b"\x1f\x8b\x08"), "gzip");
    assert_eq!(named(b"tjgg\x03\0\0\0"), "ggml of llama.cpp");
    assert_eq!(named(b"\x08\x01\0\0\0\0\0\0{\"__metadata__\""), "safetensors");
    assert_eq!(named(b"\x1c\0\0\0TFL3"), "TensorFlow Lite");
    assert_eq!(named(b"ggml\0\0\xca\x99"), "big-endian ggml");
    assert!(matches!(parse(b""), Err(HeaderError::Empty)));
    assert!(matches!(parse(b"\n<!DOCTYPE html><html>"), Err(HeaderError::WebPage)));
    assert!(matches!(parse(b"<HTML><head>"), Err(HeaderError::WebPage)));
    assert!(matches!(parse(b"version https://git-lfs.github.com/spec/v1\n"), Err(HeaderError::LfsPointer)));
    assert!(matches!(parse(b"RIFF\x24\0\0\0WAVE"), Err(HeaderError::NotGgml)));
    assert!(matches!(parse(b"l"), Err(HeaderError::NotGgml)));
}

#[test]
fn each_dimension_is_bounded() {
    let refused = |place: usize, wrong: i32| {
        let mut file = Ggml::new(0);
        file.dimensions[place] = wrong;
        match parse(&file.bytes()) {
            Err(HeaderError::Field { field, value, .. }) if value == i64::from(wrong) => field,
            other => panic!("dimension {place} = {wrong}: {other:?}"),
        }
    };
    let names = ["n_vocab", "n_audio_ctx", "n_audio_state", "n_audio_head", "n_audio_layer", "n_text_ctx"]
        .into_iter()
        .chain(["n_text_state", "n_text_head", "n_text_layer", "n_mels", "ftype"]);
    for (place, name) in names.enumerate() {
        assert_eq!(refused(place, -1), name);
        assert_eq!(refused(place, i32::MIN), name);
    }
    for (place, wrong) in [(VOCABULARY, 51_867), (1, 1501), (STATE, 4096), (3, 3), (4, 65), (4, 0), (7, 0), (9, 81)] {
        refused(place, wrong);
    }
}

#[test]
fn a_row_that_does_not_divide_into_blocks_is_refused() {
    let mut file = Ggml::new(0);
    for place in [STATE, 6] {
        file.dimensions[place] = 48;
    }
    assert!(matches!(parse(&file.bytes()), Err(HeaderError::Field { field: "n_audio_state", value: 48, .. })));
}

#[test]
fn newer_and_outdated_files_are_told_apart() {
    let stored = |value: i32| {
        let mut file = Ggml::new(0);
        file.dimensions[FILE_TYPE] = value;
        parse(&file.bytes())
    };
    assert!(matches!(stored(3007), Err(HeaderError::Newer(3007))));
    assert!(matches!(stored(2025), Err(HeaderError::Newer(2025))));
    assert!(matches!(stored(i32::MAX), Err(HeaderError::Newer(_))));
    assert!(matches!(stored(7), Err(HeaderError::Outdated(7))));
    assert!(matches!(stored(1009), Err(HeaderError::Outdated(1009))));
}

#[test]
fn filters_and_vocabulary_must_fit_the_dimensions() {
    let field = |file: &Ggml| match parse(&file.bytes()) {
        Err(HeaderError::Field { field, .. }) => field,
        other => panic!("{other:?}"),
    };
    let mut file = Ggml::new(0);
    file.filters = [128, 201];
    assert_eq!(field(&file), "filters.n_mel");
    file.filters = [80, 1 << 30];
    assert_eq!(field(&file), "filters.n_fft");

    let mut file = Ggml::new(0);
    file.tokens[7] = vec![b'a'; 1025];
    assert_eq!(field(&file), "vocab token length");
    file.tokens.truncate(50_255);
    assert_eq!(field(&file), "vocab");
    file.tokens = vec![Vec::new(); 51_866];
    assert_eq!(field(&file), "vocab");
}

#[test]
fn the_weights_must_be_those_of_a_whisper_model() {
    let fault = |change: &dyn Fn(&mut Ggml)| {
        let mut file = Ggml::new(0);
        change(&mut file);
        match parse(&file.bytes()) {
            Err(HeaderError::Tensor { name, fault }) => (name, fault),
            other => panic!("{other:?}"),
        }
    };
    let key = "encoder.blocks.0.attn.key.weight";
    let unknown = fault(&|file| file.tensor(key).name = "encoder.blocks.0.attn.key.bias".to_owned());
    assert_eq!(unknown, ("encoder.blocks.0.attn.key.bias".to_owned(), "unknown or twice"));
    let twice = fault(&|file| file.tensor(key).name = "encoder.blocks.0.attn.query.weight".to_owned());
    assert_eq!(twice, ("encoder.blocks.0.attn.query.weight".to_owned(), "unknown or twice"));
    assert_eq!(fault(&|file| file.tensor(key).shape = vec![16, 64]).1, "wrong shape");
    assert_eq!(fault(&|file| file.tensor(key).shape = vec![32, 32, 1, 2]).1, "wrong shape");
    assert_eq!(fault(&|file| file.tensor(key).shape = vec![-32, -32]).1, "wrong shape");
    assert_eq!(fault(&|file| file.tensor(key).stored = 0).1, "wrong type");
    assert_eq!(fault(&|file| file.tensor(key).stored = 99).1, "wrong type");
    assert_eq!(fault(&|file| file.tensor(key).name = "\u{1b}[31m".to_owned()).0, "\\u{1b}[31m");
}

#[test]
fn a_missing_tensor_is_an_end_too_early() {
    let mut file = Ggml::new(0);
    file.tensors.pop();
    assert!(matches!(parse(&file.bytes()), Err(HeaderError::Truncated(_))));
}

#[test]
fn bytes_after_the_end_are_refused() {
    let mut padded = SOUND.clone();
    padded.extend([0; 5]);
    assert!(matches!(parse(&padded), Err(HeaderError::Trailing(5))));
}

#[test]
fn a_file_that_is_shorter_than_announced_is_an_error() {
    let cut = &SOUND[..2000];
    assert!(matches!(read(std::io::Cursor::new(cut), SOUND.len() as u64), Err(HeaderError::Io(_))));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_cut_file_is_called_cut(end in 4usize..SOUND.len()) {
        prop_assert!(matches!(parse(&SOUND[..end]), Err(HeaderError::Truncated(bytes)) if bytes == end as u64));
    }

    #[test]
    fn a_changed_file_is_refused_or_read_as_the_same_model(place in 0usize..SOUND.len(), value: u8) {
        let mut changed = SOUND.clone();
        changed[place] = value;
        if let Ok(header) = parse(&changed) {
            prop_assert_eq!((header.state, header.vocabulary, header.weights), (32, 51_865, Weights::Q8_0));
        }
    }

    #[test]
    fn no_dimensions_are_too_wild(dimensions: [i32; 11], filters: [i32; 2]) {
        let file = Ggml { dimensions, filters, tokens: Vec::new(), tensors: Vec::new(), ..Ggml::new(0) };
        prop_assert!(parse(&file.bytes()).is_err());
    }

    #[test]
    fn no_bytes_are_a_model_by_chance(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(parse(&bytes).is_err());
        let mut behind_magic = b"lmgg".to_vec();
        behind_magic.extend(bytes);
        prop_assert!(parse(&behind_magic).is_err());
    }
}
