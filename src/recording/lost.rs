//! Segments behind the end of a ledger that lost its last lines. Their own heads say where they
//! belong.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::{Error, Format, Ledger, Part, header, is_sealed, sealed};

/// Heads tell time to a millisecond; a segment that seems to begin within so many of the end of the
/// one before follows it directly.
const ROUNDED: u64 = 10;

/// A segment that would begin later than so many milliseconds (a day) after what stands before it
/// is of another recording.
const APART: u64 = 24 * 3600 * 1000;

/// Longer chunks stand in no head of ours.
const LONGEST: u64 = 64 << 10;

/// The segments of this recording that come after all which the ledger names, whose sound ends at
/// `end`; in their order. What is not certainly a part of it is left alone.
pub(super) fn lost_segments(folder: &Path, ledger: &Ledger, mut end: u64) -> Result<Vec<Part>, Error> {
    let (Some((_, format)), Some(began)) = (ledger.start(), ledger.began()) else { return Ok(Vec::new()) };
    let known = ledger.segments().into_iter().filter_map(|(file, ..)| number(Path::new(file))).max().unwrap_or(0);
    let mut paths: Vec<(u64, PathBuf)> = Vec::new();
    for entry in folder.read_dir().map_err(Error::io(folder))? {
        let path = entry.map_err(Error::io(folder))?.path();
        paths.extend(number(&path).filter(|number| *number > known).map(|number| (number, path)));
    }
    paths.sort();
    let rounded = format.clock().at_millis(ROUNDED);
    let mut found = Vec::new();
    let mut last = known;
    for (number, path) in paths {
        if is_sealed(&path) {
            // What it says of itself is sealed too: it is taken to follow directly.
            let first = end;
            end = first.saturating_add(sealed::frames(&path, format)?);
            found.push(Part { path, first, frames: None });
            last = number;
            continue;
        }
        let mut file = File::open(&path).map_err(Error::io(&path))?;
        let head = match Head::read(&mut file).map_err(Error::io(&path))? {
            Head::Whole(head) => head,
            // The recorder died between making the file and writing its head: it has no sound.
            Head::Cut if number == last + 1 => {
                found.push(Part { path, first: end, frames: None });
                last = number;
                continue;
            }
            Head::Cut | Head::Foreign => continue,
        };
        let Some(first) = header::first(&head.bext, format, &began) else { continue };
        let follows = end..=end.saturating_add(format.clock().at_millis(APART));
        if !header::is_of(&head.fmt, format) || !follows.contains(&first.saturating_add(rounded)) {
            continue;
        }
        let first = if first.abs_diff(end) <= rounded { end } else { first };
        let length = file.metadata().map_err(Error::io(&path))?.len();
        end = first.saturating_add(frames(length.saturating_sub(head.length), format));
        found.push(Part { path, first, frames: None });
        last = number;
    }
    Ok(found)
}

fn frames(bytes: u64, format: Format) -> u64 {
    bytes / format.frame() as u64
}

/// The number in the name of a segment.
fn number(path: &Path) -> Option<u64> {
    let name = path.file_name()?.to_str()?;
    let number = name.strip_suffix(crate::seal::ENDING).or_else(|| name.strip_suffix(".wav"))?.parse().ok()?;
    [super::segment_name(number), super::sealed_segment_name(number)].contains(&name.to_owned()).then_some(number)
}

/// What a segment says of itself.
struct Described {
    bext: Vec<u8>,
    fmt: Vec<u8>,
    /// Bytes before the first sample.
    length: u64,
}

/// The beginning of a file.
enum Head {
    /// A head that this program wrote.
    Whole(Described),
    /// The file ends in such a head, or holds nothing.
    Cut,
    /// Any other.
    Foreign,
}

impl Head {
    fn read(file: &mut File) -> io::Result<Self> {
        let (mut bext, mut fmt) = (Vec::new(), Vec::new());
        let mut riff = Vec::new();
        file.by_ref().take(4).read_to_end(&mut riff)?;
        if !b"RIFF".starts_with(&riff) {
            return Ok(Self::Foreign);
        }
        let mut at = 12;
        loop {
            let mut start = [0; 8];
            file.seek(SeekFrom::Start(at))?;
            match file.read_exact(&mut start) {
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(Self::Cut),
                read => read?,
            }
            let [a, b, c, d, size @ ..] = start;
            let size = u64::from(u32::from_le_bytes(size));
            at += 8;
            match &[a, b, c, d] {
                b"data" => return Ok(Self::Whole(Described { bext, fmt, length: at })),
                _ if size > LONGEST => return Ok(Self::Foreign),
                b"bext" => drop(file.by_ref().take(size).read_to_end(&mut bext)?),
                b"fmt " => drop(file.by_ref().take(size).read_to_end(&mut fmt)?),
                _ => {}
            }
            at += size + size % 2;
        }
    }
}
