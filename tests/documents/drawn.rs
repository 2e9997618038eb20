//! Meetings that are drawn at random.

use super::*;

fn any_utterances() -> impl Strategy<Value = Vec<(u16, u64, u64, String, bool)>> {
    prop::collection::vec((1u16..6, 0u64..80, 0u64..90, any::<String>(), any::<bool>()), 0..30)
}

fn transcript_of(drawn: Vec<(u16, u64, u64, String, bool)>) -> Transcript {
    let mut start = 0;
    let mut utterances = Vec::new();
    for (channel, pause, length, text, doubtful) in drawn {
        start += pause;
        let flags = if doubtful { vec![Flag::LowConfidence] } else { Vec::new() };
        utterances.push(sample::utterance(channel, start, start + length, &text, &flags));
    }
    utterances.sort_by_key(|utterance| (utterance.span.start, utterance.channel));
    sample::transcript(5, utterances)
}

/// The words of a text as any document prints them.
fn words(text: &str) -> Vec<String> {
    let transcript = sample::transcript(1, vec![sample::utterance(1, 0, 10, text, &[])]);
    spoken(&compose(&Meeting::bare(), &transcript).body)
}

proptest! {
    #[test]
    fn every_utterance_stands_once_and_in_order(drawn in any_utterances()) {
        let transcript = transcript_of(drawn);
        let expected: Vec<String> = transcript.utterances.iter().flat_map(|utterance| words(&utterance.text)).collect();
        for meeting in [Meeting::bare(), sample::meeting()] {
            let body = compose(&meeting, &transcript).body;
            prop_assert_eq!(&spoken(&body), &expected);
            let unheard = transcript.utterances.iter().filter(|utterance| words(&utterance.text).is_empty()).count();
            let marks = turns(&body).into_iter().flat_map(|turn| turn.paragraphs.iter().flatten());
            prop_assert_eq!(marks.filter(|run| run.text.starts_with("[tidak jelas")).count(), unheard);
            let events = body.iter().filter(|entry| matches!(entry, Entry::Event { .. })).count();
            let interjections = turns(&body).iter().filter(|turn| turn.label.starts_with("INTERUPSI")).count();
            prop_assert_eq!(events + interjections, meeting.events.len());
        }
    }

    #[test]
    fn turns_cover_their_utterances(drawn in any_utterances()) {
        let transcript = transcript_of(drawn);
        let body = compose(&Meeting::bare(), &transcript).body;
        for turn in turns(&body) {
            let within = |span: Span| span.start >= turn.span.start && span.end <= turn.span.end;
            let mine = transcript.utterances.iter().filter(|utterance| utterance.channel == turn.channel);
            prop_assert!(mine.filter(|utterance| within(utterance.span)).count() >= 1);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn no_text_breaks_a_format(drawn in any_utterances(), name in "\\PC{1,30}") {
        prop_assume!(!name.trim().is_empty());
        let transcript = transcript_of(drawn);
        let quoted = toml::Value::String(name);
        let text = format!("kursi = [{{ kanal = 1, orang = 'a' }}]\norang = [{{ id = 'a', nama = {quoted} }}]");
        let meeting = Meeting::parse(&text, "rapat.toml").expect("valid");
        for format in Format::ALL {
            let bytes = write(format, &meeting, &transcript);
            prop_assert!(bytes.is_ok(), "{}: {:?}", format, bytes.err());
        }
        let srt = String::from_utf8(write(Format::Srt, &meeting, &transcript).expect("SRT")).expect("UTF-8");
        let vtt = String::from_utf8(write(Format::Vtt, &meeting, &transcript).expect("VTT")).expect("UTF-8");
        for subtitles in [srt, vtt] {
            let cues = subtitles.matches("-->").count();
            prop_assert!(cues >= transcript.utterances.len());
            prop_assert_eq!(subtitles.trim_end().split("\n\n").filter(|block| block.contains("-->")).count(), cues);
        }
    }
}
