//! The safetensors format: the length of a header in eight bytes, the header as JSON, then the
//! numbers.
//!
//! Only the header is read here, and every offset in it is checked. The crate `safetensors` wants
//! the whole file in memory and does not name the tensor that is wrong.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, de};

use super::fault::{Fault, TensorFault};
use super::weights::{Number, Tensor};

/// The header of large-v3 has some 150 KB.
const LONGEST_HEADER: u64 = 8 << 20;
const MOST_DIMENSIONS: usize = 8;

#[derive(Deserialize)]
struct Info {
    dtype: String,
    shape: Vec<u64>,
    data_offsets: (u64, u64),
}

/// The header's entries in their order; two of one name are not one.
struct Header(Vec<(String, Info)>);

impl<'de> Deserialize<'de> for Header {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;

        impl<'de> Visitor<'de> for Entries {
            type Value = Header;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("tensors by name")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Header, A::Error> {
                let mut entries = Vec::new();
                while let Some(name) = map.next_key::<String>()? {
                    if name == "__metadata__" {
                        map.next_value::<IgnoredAny>()?;
                    } else {
                        let info =
                            map.next_value().map_err(|error| de::Error::custom(format_args!("{name}: {error}")))?;
                        entries.push((name, info));
                    }
                }
                Ok(Header(entries))
            }
        }

        deserializer.deserialize_map(Entries)
    }
}

/// The tensors of a file of `length` bytes, which is the one at this place in the list of files.
pub(super) fn read(file: &mut File, path: &Path, place: usize, length: u64) -> Result<BTreeMap<String, Tensor>, Fault> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let truncated = || Fault::Truncated { file: name.clone(), bytes: length };
    let mut bytes = [0; 8];
    file.read_exact(&mut bytes).map_err(|_| truncated())?;
    let header = u64::from_le_bytes(bytes);
    if header > LONGEST_HEADER {
        return Err(Fault::TooLong { file: name, bytes: header, limit: LONGEST_HEADER });
    }
    let Some(room) = length.checked_sub(8 + header) else { return Err(truncated()) };
    let mut text = vec![0; header as usize];
    file.read_exact(&mut text).map_err(|_| truncated())?;
    let wrong = |error: serde_json::Error| Fault::Json { file: name.clone(), reason: error.to_string() };
    let Header(entries) = serde_json::from_slice(&text).map_err(wrong)?;
    let mut tensors = BTreeMap::new();
    for (tensor, Info { dtype, shape, data_offsets: (begin, end) }) in entries {
        let fault = |fault| Fault::tensor(&tensor, fault);
        let number = match dtype.as_str() {
            "F32" => Number::F32,
            "F16" => Number::F16,
            "BF16" => Number::BF16,
            _ => return Err(fault(TensorFault::Type(dtype.escape_debug().take(20).collect()))),
        };
        let bytes = Tensor::count(&shape).and_then(|count| count.checked_mul(number.bytes()));
        if shape.len() > MOST_DIMENSIONS || end > room || begin > end || bytes != Some(end - begin) {
            return Err(fault(TensorFault::Place));
        }
        let offset = 8 + header + begin;
        let found = Tensor { name: tensor.clone(), file: place, offset, number, shape, scales: None };
        if tensors.insert(tensor.clone(), found).is_some() {
            return Err(fault(TensorFault::Twice));
        }
    }
    without_overlap(&tensors)?;
    Ok(tensors)
}

/// Refuses tensors that share bytes: the format has none, and a file that was put together by hand
/// may.
fn without_overlap(tensors: &BTreeMap<String, Tensor>) -> Result<(), Fault> {
    let ends = |tensor: &Tensor| tensor.offset + Tensor::count(&tensor.shape).unwrap_or(0) * tensor.number.bytes();
    let mut places: Vec<&Tensor> = tensors.values().collect();
    places.sort_by_key(|tensor| (tensor.offset, ends(tensor)));
    match places.windows(2).find(|pair| ends(pair[0]) > pair[1].offset) {
        Some(pair) => Err(Fault::tensor(&pair[1].name, TensorFault::Place)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Seek, Write};

    fn tensors(header: &str, data: usize) -> Result<BTreeMap<String, Tensor>, Fault> {
        let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
        bytes.extend(header.as_bytes());
        bytes.resize(bytes.len() + data, 0);
        of(&bytes)
    }

    fn of(bytes: &[u8]) -> Result<BTreeMap<String, Tensor>, Fault> {
        let mut file = tempfile::tempfile().expect("a file");
        file.write_all(bytes).and_then(|()| file.rewind()).expect("written");
        read(&mut file, Path::new("a.safetensors"), 0, bytes.len() as u64)
    }

    fn entry(name: &str, dtype: &str, shape: &str, offsets: &str) -> String {
        format!(r#""{name}": {{"dtype": "{dtype}", "shape": {shape}, "data_offsets": {offsets}}}"#)
    }

    #[test]
    fn a_tensor_lies_behind_the_header() {
        let header =
            format!("{{\"__metadata__\": {{\"format\": \"pt\"}}, {}}}", entry("a", "BF16", "[2, 3]", "[4, 16]"));
        let found = tensors(&header, 16).expect("tensors");
        let expected = (8 + header.len() as u64 + 4, Number::BF16, &[2, 3][..]);
        let a = &found["a"];
        assert_eq!((a.offset, a.number, a.shape.as_slice()), expected);
    }

    #[test]
    fn what_does_not_lie_where_it_says_is_refused_by_name() {
        let place =
            |shape: &str, offsets: &str| match tensors(&format!("{{{}}}", entry("a", "F32", shape, offsets)), 16) {
                Err(Fault::Tensor { name, fault: TensorFault::Place }) => assert_eq!(name, "a"),
                other => panic!("{shape} {offsets}: {other:?}"),
            };
        for (shape, offsets) in [
            ("[4]", "[4, 20]"),
            ("[4]", "[16, 0]"),
            ("[4]", "[0, 12]"),
            ("[4294967296, 4294967296]", "[0, 16]"),
            ("[18446744073709551615, 4]", "[0, 16]"),
            ("[1, 1, 1, 1, 1, 1, 1, 1, 4]", "[0, 16]"),
        ] {
            place(shape, offsets);
        }
        let two = |a: &str, b: &str| format!("{{{}, {}}}", entry("a", "F32", "[2]", a), entry("b", "F32", "[2]", b));
        assert!(tensors(&two("[0, 8]", "[8, 16]"), 16).is_ok());
        let overlap = tensors(&two("[0, 8]", "[4, 12]"), 16);
        assert_eq!(overlap.expect_err("an overlap"), Fault::tensor("b", TensorFault::Place));
        let twice = format!("{{{0}, {0}}}", entry("a", "F32", "[2]", "[0, 8]"));
        assert_eq!(tensors(&twice, 16).expect_err("two"), Fault::tensor("a", TensorFault::Twice));
        let kind = tensors(&format!("{{{}}}", entry("a", "I64", "[2]", "[0, 16]")), 16);
        assert_eq!(kind.expect_err("integers"), Fault::tensor("a", TensorFault::Type("I64".to_owned())));
    }

    #[test]
    fn a_header_that_cannot_be_is_refused() {
        assert!(matches!(of(b""), Err(Fault::Truncated { bytes: 0, .. })));
        assert!(matches!(of(&[9, 0, 0, 0, 0, 0, 0, 0, b'{']), Err(Fault::Truncated { .. })));
        assert!(matches!(of(&[0, 0, 0, 0x80, 0, 0, 0, 0, b'{']), Err(Fault::TooLong { bytes: 0x8000_0000, .. })));
        assert!(matches!(of(&[0xff; 16]), Err(Fault::TooLong { bytes: u64::MAX, .. })));
        for wrong in
            ["", "[]", "{\"a\": 1}", "{\"a\": {\"dtype\": \"F32\", \"shape\": [-1], \"data_offsets\": [0, 4]}}"]
        {
            assert!(matches!(tensors(wrong, 0), Err(Fault::Json { .. })), "{wrong}");
        }
        let deep = "[".repeat(1 << 20);
        assert!(matches!(tensors(&deep, 0), Err(Fault::Json { .. })));
    }
}
