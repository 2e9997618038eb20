//! Who came: counts, party groups, quorum.

use serde::{Deserialize, Serialize};

/// How many members are where. All together they are the members of the house.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attendance {
    /// Members of the house.
    pub members: u32,
    /// Present in the room.
    pub in_room: u32,
    /// Present by video.
    pub online: u32,
    /// Excused.
    pub excused: u32,
    /// Absent without notice.
    pub absent: u32,
}

impl Attendance {
    /// Members present, in the room or by video.
    #[must_use]
    pub fn present(self) -> u32 {
        self.in_room + self.online
    }
}

/// A party group (fraksi).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its label in the record, such as `F-MLT`.
    pub code: String,
    /// Its full name.
    pub name: String,
    /// Members that it has.
    pub members: Option<u32>,
    /// Members of it that signed the attendance list.
    pub present: Option<u32>,
    /// Names of those who signed, as far as they are known.
    pub signatories: Vec<String>,
}

/// The share of members that must be present (UU 23/2014 Pasal 183).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum QuorumRule {
    /// Right of inquiry or opinion, dismissal of the head of the region.
    #[serde(rename = "3/4")]
    ThreeQuarters,
    /// By-laws and the budget.
    #[serde(rename = "2/3")]
    TwoThirds,
    /// Everything else: *more* than a half.
    #[serde(rename = "1/2")]
    MoreThanHalf,
}

impl QuorumRule {
    /// The fewest of `members` that satisfy it.
    #[must_use]
    pub fn required(self, members: u32) -> u32 {
        let members = u64::from(members);
        let required = match self {
            Self::ThreeQuarters => (members * 3).div_ceil(4),
            Self::TwoThirds => (members * 2).div_ceil(3),
            Self::MoreThanHalf => members / 2 + 1,
        };
        // At most `members` + 1, which only an unreal house of 2^32 - 1 members makes too large.
        u32::try_from(required).unwrap_or(u32::MAX)
    }

    /// How the rule is written.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ThreeQuarters => "3/4",
            Self::TwoThirds => "2/3",
            Self::MoreThanHalf => "lebih dari 1/2",
        }
    }
}

/// The quorum as the chair announced it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quorum {
    /// The rule that the decision needs.
    pub rule: QuorumRule,
    /// Members present, as announced.
    pub announced: Option<u32>,
    /// When that was announced.
    pub time: Option<jiff::civil::Time>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quorum_is_rounded_up_and_a_half_is_not_enough() {
        assert_eq!(QuorumRule::TwoThirds.required(45), 30);
        assert_eq!(QuorumRule::ThreeQuarters.required(45), 34);
        assert_eq!(QuorumRule::MoreThanHalf.required(44), 23);
        assert_eq!(QuorumRule::MoreThanHalf.required(45), 23);
    }
}
