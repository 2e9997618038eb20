//! What a FLAC file says of itself: Vorbis comments, by which other programs show seat, meeting and
//! time. Their names are those of <https://www.xiph.org/vorbis/doc/v-comment.html>.

use flacenc::component::MetadataBlockData;
use flacenc::error::VerifyError;
use jiff::Zoned;

use crate::common::clock::Channel;
use crate::meeting::Meeting;

/// The number of this block's kind in FLAC.
const KIND: u8 = 4;

/// The comments of one channel's file.
pub(super) fn comments(
    meeting: &Meeting,
    name: Option<&str>,
    began: Option<&Zoned>,
    channel: Channel,
    channels: u16,
) -> Vec<(&'static str, String)> {
    let seat = meeting.seat(channel);
    let people: Vec<&str> =
        seat.into_iter().flat_map(|seat| &seat.occupants).map(|occupant| occupant.person.name.as_str()).collect();
    let lectern = seat.is_some_and(|seat| seat.lectern).then_some("Mimbar");
    let title = lectern.or(name.filter(|name| !name.is_empty())).or(people.first().copied());
    let mut comments = vec![
        ("TITLE", title.map_or_else(|| format!("Kanal {:02}", channel.number()), str::to_owned)),
        ("TRACKNUMBER", channel.number().to_string()),
        ("TRACKTOTAL", channels.to_string()),
    ];
    comments.extend(people.into_iter().map(|person| ("PERFORMER", person.to_owned())));
    let kind = meeting.kind.map(|kind| kind.name().to_owned());
    let known = [
        ("DATE", began.map(|began| began.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string())),
        ("ALBUM", meeting.name.clone().or(kind)),
        ("DESCRIPTION", Some(meeting.agenda.join("; ")).filter(|agenda| !agenda.is_empty())),
        ("LOCATION", meeting.place.clone()),
        ("ORGANIZATION", Some(meeting.letterhead.join(", ")).filter(|name| !name.is_empty())),
    ];
    comments.extend(known.into_iter().filter_map(|(key, value)| Some((key, value?))));
    comments
}

/// The block that holds them.
pub(super) fn block(comments: &[(&str, String)]) -> Result<MetadataBlockData, VerifyError> {
    let mut out = Vec::new();
    let put = |out: &mut Vec<u8>, text: &str| {
        out.extend_from_slice(&(text.len() as u32).to_le_bytes());
        out.extend_from_slice(text.as_bytes());
    };
    put(&mut out, concat!("E-Risalah ", env!("CARGO_PKG_VERSION")));
    out.extend_from_slice(&(comments.len() as u32).to_le_bytes());
    for (key, value) in comments {
        put(&mut out, &format!("{key}={value}"));
    }
    MetadataBlockData::new_unknown(KIND, &out)
}
