//! A folder of `CTranslate2`, as faster-whisper uses it.
//!
//! `model.bin`, version 6: the version, the name and revision of the specification, then each
//! variable (name, dimensions, kind of number, bytes) and the aliases of variables, all
//! little-endian; a string has its length before it and a zero at its end. Queries, keys and values
//! of one attention are one matrix, and so are keys and values of cross-attention.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use serde::Deserialize;

use super::fault::{Fault, TensorFault};
use super::vocabulary::Vocabulary;
use super::weights::{Files, Number, Tensor, unusable};
use super::{Checkpoint, Kind, Shape, json, text};
use crate::recognise::models::Error;

pub(super) const WEIGHTS: &str = "model.bin";
const VERSION: u32 = 6;
const SPECIFICATION: &str = "WhisperSpec";
const MOST_DIMENSIONS: u8 = 8;
/// A large model has some 1,300 variables and a third of that in scales.
const MOST_VARIABLES: u32 = 20_000;
const LONGEST_SCALAR: u64 = 8;
const TABLE: &str = "decoder/embeddings/weight";

/// Settings of the specification that change what the weights compute, as Whisper has them; one
/// that is absent stands so.
const SETTINGS: [(&str, i64); 4] =
    [("decoder/activation", 3), ("decoder/pre_norm", 1), ("decoder/alibi", 0), ("decoder/scale_embeddings", 0)];

#[derive(Default, Deserialize)]
struct Config {
    alignment_heads: Option<Vec<(u64, u64)>>,
}

/// What `model.bin` holds.
#[derive(Debug, Default)]
struct Contents {
    tensors: BTreeMap<String, Tensor>,
    /// Numbers that are no weights.
    settings: HashMap<String, i64>,
}

/// Reads everything but the numbers.
pub(super) fn open(folder: &Path) -> Result<Checkpoint, Error> {
    let fault = |fault| unusable(folder, fault);
    let config: Config = json(folder, "config.json")?.unwrap_or_default();
    let path = folder.join(WEIGHTS);
    let file = File::open(&path).map_err(Error::at(&path))?;
    let length = file.metadata().map_err(Error::at(&path))?.len();
    let contents = Input { source: BufReader::new(&file), position: 0, length }.contents();
    let contents = contents.map_err(|fault| unusable(&path, fault))?;
    let mut checkpoint = Reader { contents, files: Files(vec![(path, file)]), folder }.checkpoint()?;
    let rows = checkpoint.rows;
    super::refuse_english(folder, rows)?;
    let vocabulary = vocabulary(folder)?;
    vocabulary.fills(rows).map_err(fault)?;
    let size = vocabulary.size(rows, None).map_err(fault)?;
    checkpoint.tell_vocabulary(vocabulary.spellings, size);
    checkpoint.heads = super::heads(config.alignment_heads, &checkpoint.shape).map_err(fault)?;
    Ok(checkpoint)
}

fn vocabulary(folder: &Path) -> Result<Vocabulary, Error> {
    let fault = |fault| unusable(folder, fault);
    if let Some(list) = text(folder, "vocabulary.json")? {
        return Vocabulary::list("vocabulary.json", &list).map_err(fault);
    }
    let lines = text(folder, "vocabulary.txt")?.ok_or_else(|| fault(Fault::MissingFile("vocabulary.json".into())))?;
    Vocabulary::lines("vocabulary.txt", &lines).map_err(fault)
}

/// Whether a file begins as `model.bin` does, whatever its version.
pub(super) fn is_one(start: &[u8]) -> bool {
    matches!(start, [version, 0, 0, 0, length, 0, name, ..] if *version < 32 && *length < 64 && name.is_ascii_uppercase())
}

struct Input<R> {
    source: R,
    position: u64,
    length: u64,
}

impl<R: Read + Seek> Input<R> {
    fn bytes<const N: usize>(&mut self) -> Result<[u8; N], Fault> {
        let mut bytes = [0; N];
        self.source.read_exact(&mut bytes).map_err(|_| self.truncated())?;
        self.position += N as u64;
        Ok(bytes)
    }

    fn number(&mut self) -> Result<u32, Fault> {
        Ok(u32::from_le_bytes(self.bytes()?))
    }

    fn string(&mut self) -> Result<String, Fault> {
        let length = usize::from(u16::from_le_bytes(self.bytes()?));
        let mut bytes = vec![0; length];
        self.source.read_exact(&mut bytes).map_err(|_| self.truncated())?;
        self.position += length as u64;
        let text = bytes.strip_suffix(&[0]).unwrap_or(&bytes);
        Ok(String::from_utf8_lossy(text).into_owned())
    }

    fn skip(&mut self, bytes: u64) -> Result<(), Fault> {
        let end = self.position.checked_add(bytes).filter(|end| *end <= self.length).ok_or_else(|| self.truncated())?;
        self.source.seek(SeekFrom::Start(end)).map_err(|_| self.truncated())?;
        self.position = end;
        Ok(())
    }

    fn truncated(&self) -> Fault {
        Fault::Truncated { file: WEIGHTS.to_owned(), bytes: self.length }
    }

    fn contents(mut self) -> Result<Contents, Fault> {
        let version = self.number()?;
        if version != VERSION {
            return Err(Fault::OtherVersion(version));
        }
        let specification = self.string()?;
        if specification != SPECIFICATION {
            return Err(Fault::OtherModel(specification.escape_debug().take(60).collect()));
        }
        self.number()?;
        let count = self.number()?;
        if count > MOST_VARIABLES {
            return Err(Fault::field("variables", count, format!("0-{MOST_VARIABLES}")));
        }
        let mut contents = Contents::default();
        for _ in 0..count {
            self.variable(&mut contents)?;
        }
        self.aliases(&mut contents)?;
        match self.length - self.position {
            0 => Ok(contents),
            bytes => Err(Fault::Trailing { file: WEIGHTS.to_owned(), bytes }),
        }
    }

    fn variable(&mut self, contents: &mut Contents) -> Result<(), Fault> {
        let name = self.string()?;
        let fault = |fault| Fault::tensor(&name, fault);
        let [dimensions] = self.bytes()?;
        if dimensions > MOST_DIMENSIONS {
            return Err(fault(TensorFault::Place));
        }
        let shape = (0..dimensions).map(|_| self.number().map(u64::from)).collect::<Result<Vec<u64>, _>>()?;
        let [kind] = self.bytes()?;
        let bytes = u64::from(self.number()?);
        let (number, width) = match kind {
            0 => (Some(Number::F32), 4),
            1 => (Some(Number::I8), 1),
            2 => (None, 2),
            3 => (None, 4),
            4 => (Some(Number::F16), 2),
            5 => (Some(Number::BF16), 2),
            other => return Err(fault(TensorFault::Type(other.to_string()))),
        };
        if Tensor::count(&shape).and_then(|count| count.checked_mul(width)) != Some(bytes) {
            return Err(fault(TensorFault::Place));
        }
        let is_known = contents.tensors.contains_key(&name) || contents.settings.contains_key(&name);
        if is_known {
            return Err(fault(TensorFault::Twice));
        }
        let is_setting = shape.is_empty() && !name.ends_with("_scale");
        if is_setting && bytes <= LONGEST_SCALAR && matches!(kind, 1..=3) {
            let value = match kind {
                1 => i64::from(i8::from_le_bytes(self.bytes()?)),
                2 => i64::from(i16::from_le_bytes(self.bytes()?)),
                _ => i64::from(i32::from_le_bytes(self.bytes()?)),
            };
            contents.settings.insert(name, value);
            return Ok(());
        }
        let Some(number) = number else {
            return Err(fault(TensorFault::Type(if kind == 2 { "int16" } else { "int32" }.to_owned())));
        };
        let offset = self.position;
        self.skip(bytes)?;
        let tensor = Tensor { name: name.clone(), file: 0, offset, number, shape, scales: None };
        contents.tensors.insert(name, tensor);
        Ok(())
    }

    /// Other names of variables. One that is the name of another alias is followed; a circle leads
    /// nowhere.
    fn aliases(&mut self, contents: &mut Contents) -> Result<(), Fault> {
        let count = self.number()?;
        if count > MOST_VARIABLES {
            return Err(Fault::field("aliases", count, format!("0-{MOST_VARIABLES}")));
        }
        let mut aliases = HashMap::new();
        for _ in 0..count {
            let alias = self.string()?;
            let meant = self.string()?;
            if contents.tensors.contains_key(&alias) || aliases.contains_key(&alias) {
                return Err(Fault::tensor(&alias, TensorFault::Twice));
            }
            aliases.insert(alias, meant);
        }
        let mut named = Vec::new();
        for alias in aliases.keys() {
            let mut meant = alias;
            // Each step is another alias, unless they go in a circle.
            for _ in 0..=aliases.len() {
                match aliases.get(meant) {
                    Some(next) => meant = next,
                    None => break,
                }
            }
            if contents.settings.contains_key(meant) {
                continue;
            }
            let tensor = contents.tensors.get(meant).ok_or_else(|| Fault::tensor(alias, TensorFault::Alias))?;
            named.push((alias.clone(), Tensor { name: alias.clone(), ..tensor.clone() }));
        }
        contents.tensors.extend(named);
        Ok(())
    }
}

struct Reader<'a> {
    contents: Contents,
    files: Files,
    folder: &'a Path,
}

impl Reader<'_> {
    fn checkpoint(mut self) -> Result<Checkpoint, Error> {
        let folder = self.folder;
        let fault = |fault| unusable(folder, fault);
        let (shape, rows) = self.shape().map_err(fault)?;
        let mut found = BTreeMap::new();
        for (ggml, expected) in super::expected(&shape, rows) {
            let (name, part) = name(&ggml);
            let mut tensor = self.contents.tensors.get(&name).cloned();
            if let Some(tensor) = &mut tensor {
                self.scale(tensor)?;
            }
            let tensor = tensor.ok_or_else(|| fault(Fault::tensor(&name, TensorFault::Missing)))?;
            let tensor = match part {
                None => tensor.shaped(&expected),
                Some((place, of)) => {
                    let mut all = expected.clone();
                    all[0] *= of;
                    tensor.shaped(&all).map(|tensor| tensor.rows(place * expected[0]..(place + 1) * expected[0]))
                }
            };
            found.insert(ggml, tensor.map_err(fault)?);
        }
        let known: Vec<String> = found.keys().map(|ggml| name(ggml).0).collect();
        let is_known = |name: &String| {
            let name = name.strip_suffix("_scale").unwrap_or(name);
            name == "decoder/projection/weight" || known.iter().any(|known| known == name)
        };
        if let Some(name) = self.contents.tensors.keys().find(|name| !is_known(name)) {
            return Err(fault(Fault::tensor(name, TensorFault::Unknown)));
        }
        self.refuse_untied()?;
        Ok(Checkpoint::new(Kind::CTranslate2, shape, rows, self.files, found))
    }

    /// Gives whole numbers the scales of their rows, which lie in a variable of their own.
    fn scale(&mut self, tensor: &mut Tensor) -> Result<(), Error> {
        if tensor.number != Number::I8 || tensor.scales.is_some() {
            return Ok(());
        }
        let name = format!("{}_scale", tensor.name);
        let fault = |fault| unusable(self.folder, fault);
        let scales = self.contents.tensors.get(&name).cloned();
        let scales = scales.ok_or_else(|| fault(Fault::tensor(&name, TensorFault::Missing)))?;
        let rows = tensor.shape.first().copied().unwrap_or(0);
        let scales = scales.shaped(&[rows]).map_err(fault)?;
        let values = self.files.all(&scales)?;
        if values.iter().any(|scale| *scale <= 0.0) {
            return Err(fault(Fault::tensor(&name, TensorFault::NotFinite)));
        }
        tensor.scales = Some(values);
        Ok(())
    }

    /// What the decoder puts out has the weights of what it takes in.
    fn refuse_untied(&mut self) -> Result<(), Error> {
        let name = "decoder/projection/weight";
        let (output, input) = (self.contents.tensors.get(name).cloned(), self.contents.tensors.get(TABLE).cloned());
        let (Some(mut output), Some(mut input)) = (output, input) else { return Ok(()) };
        if output.offset == input.offset {
            return Ok(());
        }
        self.scale(&mut output)?;
        self.scale(&mut input)?;
        let output = output.shaped(&input.shape).map_err(|fault| unusable(self.folder, fault))?;
        if self.files.are_equal(&input, &output)? {
            return Ok(());
        }
        Err(unusable(self.folder, Fault::tensor(name, TensorFault::Untied)))
    }

    /// The dimensions, from the shapes of the tensors that have them.
    fn shape(&self) -> Result<(Shape, u64), Fault> {
        for (name, only) in SETTINGS {
            if let Some(value) = self.contents.settings.get(name).filter(|value| **value != only) {
                return Err(Fault::field(name, value, only));
            }
        }
        let extent = |name: &str, place: usize| {
            let tensor = self.contents.tensors.get(name).ok_or_else(|| Fault::tensor(name, TensorFault::Missing))?;
            tensor.shape.get(place).copied().ok_or_else(|| {
                let (expected, found) = (format!("{} …", place + 1), tensor.shape.len().to_string());
                Fault::tensor(name, TensorFault::Shape { expected, found })
            })
        };
        let heads = |name: &str| {
            let value = self.contents.settings.get(name).copied();
            value.and_then(|value| u64::try_from(value).ok()).ok_or_else(|| Fault::field(name, "", "1-64"))
        };
        let layers = |side: &str| {
            let is_there = |layer: &u64| {
                let name = format!("{side}/layer_{layer}/ffn/linear_0/weight");
                self.contents.tensors.contains_key(&name)
            };
            (0..).take_while(is_there).count() as u64
        };
        let shape = Shape {
            state: extent(TABLE, 1)?,
            audio_layers: layers("encoder"),
            text_layers: layers("decoder"),
            audio_heads: heads("encoder/num_heads")?,
            text_heads: heads("decoder/num_heads")?,
            mels: extent("encoder/conv1/weight", 1)?,
        };
        shape.check(&[
            "decoder/embeddings/weight",
            "encoder/layer_N",
            "decoder/layer_N",
            "encoder/num_heads",
            "decoder/num_heads",
            "encoder/conv1/weight",
        ])?;
        Ok((shape, extent(TABLE, 0)?))
    }
}

/// What `CTranslate2` calls a tensor of ggml, and which part of how many it is of it.
fn name(ggml: &str) -> (String, Option<(u64, u64)>) {
    let (rest, kind) = ggml.rsplit_once('.').unwrap_or((ggml, ""));
    let norm = if kind == "weight" { "gamma" } else { "beta" };
    match rest {
        "encoder" | "decoder" => return (format!("{rest}/position_encodings/encodings"), None),
        "decoder.token_embedding" => return (TABLE.to_owned(), None),
        "encoder.ln_post" => return (format!("encoder/layer_norm/{norm}"), None),
        "decoder.ln" => return (format!("decoder/layer_norm/{norm}"), None),
        "encoder.conv1" | "encoder.conv2" => return (format!("{}/{kind}", rest.replace('.', "/")), None),
        _ => {}
    }
    let mut parts = rest.splitn(4, '.');
    let (side, _, layer) = (parts.next().unwrap_or(""), parts.next(), parts.next().unwrap_or(""));
    let (place, leaf, part) = match parts.next().unwrap_or("") {
        "mlp_ln" => ("ffn/layer_norm", norm, None),
        "mlp.0" => ("ffn/linear_0", kind, None),
        "mlp.2" => ("ffn/linear_1", kind, None),
        "attn_ln" => ("self_attention/layer_norm", norm, None),
        "attn.query" => ("self_attention/linear_0", kind, Some((0, 3))),
        "attn.key" => ("self_attention/linear_0", kind, Some((1, 3))),
        "attn.value" => ("self_attention/linear_0", kind, Some((2, 3))),
        "attn.out" => ("self_attention/linear_1", kind, None),
        "cross_attn_ln" => ("attention/layer_norm", norm, None),
        "cross_attn.query" => ("attention/linear_0", kind, None),
        "cross_attn.key" => ("attention/linear_1", kind, Some((0, 2))),
        "cross_attn.value" => ("attention/linear_1", kind, Some((1, 2))),
        _ => ("attention/linear_2", kind, None),
    };
    (format!("{side}/layer_{layer}/{place}/{leaf}"), part)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    #[test]
    fn tensors_have_the_names_of_the_specification() {
        for (ours, theirs, part) in [
            ("encoder.positional_embedding", "encoder/position_encodings/encodings", None),
            ("decoder.token_embedding.weight", TABLE, None),
            ("encoder.ln_post.bias", "encoder/layer_norm/beta", None),
            ("encoder.conv2.weight", "encoder/conv2/weight", None),
            ("decoder.blocks.3.attn.value.bias", "decoder/layer_3/self_attention/linear_0/bias", Some((2, 3))),
            ("decoder.blocks.3.cross_attn.key.weight", "decoder/layer_3/attention/linear_1/weight", Some((0, 2))),
            ("decoder.blocks.3.cross_attn.out.weight", "decoder/layer_3/attention/linear_2/weight", None),
            ("encoder.blocks.11.mlp_ln.weight", "encoder/layer_11/ffn/layer_norm/gamma", None),
            ("encoder.blocks.0.mlp.2.bias", "encoder/layer_0/ffn/linear_1/bias", None),
        ] {
            assert_eq!(name(ours), (theirs.to_owned(), part));
        }
    }

    fn string(text: &str) -> Vec<u8> {
        let mut bytes = (text.len() as u16 + 1).to_le_bytes().to_vec();
        bytes.extend(text.as_bytes());
        bytes.push(0);
        bytes
    }

    fn file(version: u32, specification: &str, variables: &[Vec<u8>], aliases: &[(&str, &str)]) -> Vec<u8> {
        let number = |value: usize| (value as u32).to_le_bytes();
        let mut bytes = version.to_le_bytes().to_vec();
        bytes.extend(string(specification));
        bytes.extend(number(3));
        bytes.extend(number(variables.len()));
        for variable in variables {
            bytes.extend(variable);
        }
        bytes.extend(number(aliases.len()));
        for (alias, meant) in aliases {
            bytes.extend(string(alias).into_iter().chain(string(meant)));
        }
        bytes
    }

    fn variable(name: &str, shape: &[u32], kind: u8, length: u32, data: usize) -> Vec<u8> {
        let mut bytes = string(name);
        bytes.push(shape.len() as u8);
        for extent in shape {
            bytes.extend(extent.to_le_bytes());
        }
        bytes.push(kind);
        bytes.extend(length.to_le_bytes());
        bytes.resize(bytes.len() + data, 0);
        bytes
    }

    fn contents(bytes: &[u8]) -> Result<Contents, Fault> {
        Input { source: Cursor::new(bytes), position: 0, length: bytes.len() as u64 }.contents()
    }

    fn whisper(variables: &[Vec<u8>], aliases: &[(&str, &str)]) -> Result<Contents, Fault> {
        contents(&file(6, SPECIFICATION, variables, aliases))
    }

    #[test]
    fn an_alias_is_another_name_of_a_tensor() {
        let a = variable("a", &[2], 4, 4, 4);
        let found = whisper(std::slice::from_ref(&a), &[("c", "b"), ("b", "a")]).expect("contents");
        assert_eq!((found.tensors["c"].offset, found.tensors["c"].name.as_str()), (found.tensors["a"].offset, "c"));
        let alias = |aliases: &[(&str, &str)]| match whisper(std::slice::from_ref(&a), aliases) {
            Err(Fault::Tensor { fault, .. }) => fault,
            other => panic!("{other:?}"),
        };
        assert_eq!(alias(&[("b", "c"), ("c", "b")]), TensorFault::Alias);
        assert_eq!(alias(&[("b", "b")]), TensorFault::Alias);
        assert_eq!(alias(&[("b", "nowhere")]), TensorFault::Alias);
        assert_eq!(alias(&[("a", "a")]), TensorFault::Twice);
    }

    #[test]
    fn other_versions_and_models_are_told() {
        assert!(matches!(contents(&file(5, SPECIFICATION, &[], &[])), Err(Fault::OtherVersion(5))));
        let other = contents(&file(6, "TransformerSpec", &[], &[]));
        assert_eq!(other.expect_err("another model"), Fault::OtherModel("TransformerSpec".to_owned()));
        assert!(is_one(&file(6, SPECIFICATION, &[], &[])) && is_one(&file(5, "TransformerSpec", &[], &[])));
        assert!(!is_one(b"lmgg\x99\xca\0\0") && !is_one(b""));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let refused = |variable: Vec<u8>| match whisper(&[variable], &[]) {
            Err(Fault::Tensor { name, fault }) => {
                assert_eq!(name, "a");
                fault
            }
            other => panic!("{other:?}"),
        };
        assert_eq!(refused(variable("a", &[2], 4, 5, 5)), TensorFault::Place);
        assert_eq!(refused(variable("a", &[u32::MAX, u32::MAX, u32::MAX], 0, 0, 0)), TensorFault::Place);
        assert_eq!(refused(variable("a", &[1; 9], 0, 4, 4)), TensorFault::Place);
        assert_eq!(refused(variable("a", &[2], 2, 4, 4)), TensorFault::Type("int16".to_owned()));
        assert_eq!(refused(variable("a", &[2], 9, 4, 4)), TensorFault::Type("9".to_owned()));
        let twice = [variable("a", &[2], 4, 4, 4), variable("a", &[2], 4, 4, 4)];
        assert_eq!(whisper(&twice, &[]).expect_err("two"), Fault::tensor("a", TensorFault::Twice));
        let whole = file(6, SPECIFICATION, &[variable("a", &[2], 4, 4, 4)], &[]);
        for length in 0..whole.len() {
            let cut = contents(&whole[..length]);
            assert!(matches!(cut, Err(Fault::Truncated { .. })), "{length}: {cut:?}");
        }
        let longer: Vec<u8> = whole.iter().copied().chain([0]).collect();
        assert!(matches!(contents(&longer), Err(Fault::Trailing { bytes: 1, .. })));
    }
}
