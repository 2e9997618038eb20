//! Whether the printers of this computer have the paper of a record.

#[cfg(feature = "print")]
use e_risalah::common::message::Explain;
use e_risalah::common::message::Message;
use e_risalah::common::paper::Paper;

/// That no printer has this paper, where one has another.
#[cfg(feature = "print")]
pub fn missing_paper(paper: Paper) -> Option<Message> {
    e_risalah::document::printing::missing_paper(paper).map(|missing| missing.message())
}

/// Without the feature `print` nobody asks the printers.
#[cfg(not(feature = "print"))]
pub fn missing_paper(_: Paper) -> Option<Message> {
    None
}
