//! What stays: bytes, links, and the site that is there while another is made.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};

use e_risalah::publication::site::{Error, Withdrawn};

use e_risalah::transcript::Utterance;
use e_risalah::transcript::store::Origin;

use super::fixture::{Fixture, LATER, NUMBER, RAPAT, SECRETARY, said};
use super::meetings::{Desk, files, is_meeting, official, on, speeches, verified, words};

#[test]
fn the_same_input_gives_the_same_bytes_and_is_not_made_again() {
    let (one, other) = (official(RAPAT), official(&on(11)));
    let (first, second) = (Desk::new(), Desk::new());
    let report = first.publish(&[&one, &other]).expect("published");
    assert_eq!((report.meetings, report.made, report.unchanged), (2, 2, 0), "{report:?}");
    assert!(report.refused.is_empty() && report.warnings.is_empty(), "{report:?}");
    second.publish(&[&other, &one]).expect("published");
    let made = files(&first.site());
    assert!(made.keys().any(|name| name.ends_with("/m02-240000.ogg")), "{:?}", made.keys());
    assert!(made == files(&second.site()));
    let again = first.publish(&[&one, &other]).expect("published");
    assert_eq!((again.made, again.unchanged), (0, 2), "{again:?}");
    assert!(made == files(&first.site()));
    // One after the other is the same as both at once.
    let third = Desk::new();
    third.publish(&[&one]).expect("published");
    third.publish(&[&other]).expect("published");
    let apart = files(&third.site());
    let differing: Vec<&String> = made.keys().filter(|name| made.get(*name) != apart.get(*name)).collect();
    assert!(differing.is_empty(), "{differing:?}");
    // Nothing is left beside it.
    let mut beside: Vec<_> =
        fs::read_dir(first.place.path()).expect("a folder").flatten().map(|it| it.file_name()).collect();
    beside.sort();
    assert_eq!(beside, [".situs.kunci", "situs"]);
}

#[test]
fn links_stay_when_a_correction_comes() {
    let mut meeting = official(RAPAT);
    let desk = Desk::new();
    desk.publish(&[&meeting]).expect("published");
    let page = desk.page();
    let before = speeches(&desk.text(&page));
    assert_eq!(before, ["m01-32000", "m02-240000", "m01-640000", "m02-784000", "m01-880000"]);
    meeting.correct(1, "Terima", "Baik, terima");
    meeting.finalize(SECRETARY, NUMBER, LATER).expect("a second edition");
    let report = desk.publish(&[&meeting]).expect("published");
    assert_eq!((report.made, report.unchanged), (1, 0));
    assert_eq!(desk.page(), page);
    let text = desk.text(&page);
    assert_eq!(speeches(&text), before);
    assert!(text.contains("Baik, terima kasih") && text.contains("edisi 2"), "{text}");
    assert!(desk.text("rapat.atom.xml").contains("2026-03-20T01:00:00+00:00"));
}

/// Another version of the transcript, by another model.
fn recognised_again(meeting: &mut Fixture, utterances: &[Utterance]) {
    let origin = Origin {
        model: "medium-q8_0".to_owned(),
        model_sha256: "cd".repeat(32),
        model_origin: None,
        language: "id".to_owned(),
        program: "0.1.0".to_owned(),
    };
    let now = "2026-03-17T02:00:00Z".parse().expect("a time");
    let version = meeting.store.version(&origin, now).expect("a version").number;
    for utterance in utterances {
        meeting.store.add(version, utterance).expect("added");
    }
    meeting.store.complete(version).expect("complete");
}

#[test]
fn a_speech_that_is_gone_leaves_a_line_at_its_address() {
    let desk = Desk::new();
    let mut meeting = official(RAPAT);
    desk.publish(&[&meeting]).expect("published");
    let page = desk.page();
    // The same recording, recognised again: a speech begins elsewhere, another is not there.
    recognised_again(
        &mut meeting,
        &[
            said(1, 20, 90, "Rapat komisi saya nyatakan dibuka dan terbuka untuk umum.", &[]),
            said(2, 151, 300, "Terima kasih, Pimpinan. Pengelolaan sampah sudah dianggarkan.", &[]),
            said(1, 400, 480, "Apakah rancangan ini dapat disetujui?", &[]),
            said(1, 550, 580, "Rapat saya tutup.", &[]),
        ],
    );
    meeting.finalize(SECRETARY, NUMBER, LATER).expect("a second edition");
    let report = desk.publish(&[&meeting]).expect("published");
    assert!(report.refused.is_empty(), "{report:?}");
    let text = desk.text(&page);
    assert_eq!(speeches(&text), ["m01-32000", "m02-241600", "m01-640000", "m01-880000"]);
    assert!(text.contains("<span id=m02-240000></span><article id=m02-241600>"), "{text}");
    assert!(text.contains("<p id=m02-784000 class=gone lang=id>"), "{text}");
    assert!(!desk.site().join(page.replace("index.html", "m02-784000.ogg")).exists());
    // It is still known when everything is made once more.
    desk.publish(&[&meeting]).expect("published");
    assert_eq!(desk.text(&page), text);
}

#[test]
fn a_meeting_that_is_withdrawn_leaves_its_reason() {
    let (one, other) = (official(RAPAT), official(&on(11)));
    let mut desk = Desk::new();
    desk.publish(&[&one, &other]).expect("published");
    let names: Vec<String> = files(&desk.site()).into_keys().collect();
    let page = names.iter().find(|name| is_meeting(name) && name.contains("2026-03-10")).expect("a page").clone();
    let id = page.split('/').nth(1).expect("a name").to_owned();
    let decision = names.iter().find(|name| name.starts_with(&format!("rapat/{id}/k"))).expect("a decision").clone();
    let reason = "Disahkan keliru <b>".to_owned();
    desk.withdraw = Some((id.clone(), Withdrawn { reason, date: jiff::civil::date(2026, 4, 1) }));
    let report = desk.folders(&[], &AtomicBool::new(false), &mut |_| {}).expect("withdrawn");
    assert_eq!((report.meetings, report.made), (1, 1));
    for name in [&page, &decision, &format!("en/{page}")] {
        let text = desk.text(name);
        assert!(text.contains("Disahkan keliru &#60;b&#62;"), "{text}");
        assert!(!text.contains("Terima kasih") && !text.contains("Menyetujui"), "{text}");
    }
    assert!(desk.text(&page).contains("1 April 2026"));
    for (name, content) in files(&desk.site()) {
        let is_its_own = name.contains(&id);
        assert!(!is_its_own || !name.ends_with(".ogg") && !name.ends_with(".pdf"), "{name}");
        if is_its_own {
            let text = String::from_utf8_lossy(&content);
            assert!(!text.contains("dianggarkan") && !text.contains("Menyetujui"), "{name}");
        }
    }
    assert!(!desk.text("sitemap.xml").contains(&id) && !desk.text("rapat.atom.xml").contains(&id));
    assert!(!desk.text("cari/indeks.json").contains(&id) && !desk.text("keputusan.json").contains(&id));
    // It does not come back by itself.
    desk.withdraw = None;
    let report = desk.publish(&[&one, &other]).expect("published");
    assert_eq!(report.refused[0].1.key, "site.was_withdrawn", "{report:?}");
    desk.republish = true;
    desk.publish(&[&one, &other]).expect("published");
    assert!(desk.text(&page).contains("Terima kasih"));
    let unknown = Desk {
        withdraw: Some((
            "tidak-ada".to_owned(),
            Withdrawn { reason: "x".to_owned(), date: jiff::civil::date(2026, 4, 1) },
        )),
        ..desk
    };
    assert!(matches!(unknown.publish(&[&one]), Err(Error::NoMeeting { .. })));
}

#[test]
fn one_that_is_stopped_leaves_the_old_site_and_the_next_goes_on() {
    let (one, other) = (official(RAPAT), official(&on(11)));
    let desk = Desk::new();
    desk.publish(&[&one]).expect("published");
    let before = files(&desk.site());
    let stop = AtomicBool::new(true);
    let folders = [one.place.path().to_owned(), other.place.path().to_owned()];
    assert!(matches!(desk.folders(&folders, &stop, &mut |_| {}), Err(Error::Interrupted)));
    assert!(before == files(&desk.site()));
    let stop = AtomicBool::new(false);
    let stopped = desk.folders(&folders, &stop, &mut |_| stop.store(true, Ordering::Relaxed));
    assert!(matches!(stopped, Err(Error::Interrupted)), "{stopped:?}");
    assert!(before == files(&desk.site()));
    desk.folders(&folders, &AtomicBool::new(false), &mut |_| {}).expect("published");
    let whole = Desk::new();
    whole.publish(&[&one, &other]).expect("published");
    assert!(files(&desk.site()) == files(&whole.site()));
}

#[test]
fn a_site_that_a_power_cut_left_between_two_steps_is_put_right() {
    let meeting = official(RAPAT);
    let desk = Desk::new();
    desk.publish(&[&meeting]).expect("published");
    let before = files(&desk.site());
    fs::rename(desk.site(), desk.place.path().join(".situs.lama")).expect("moved");
    let report = desk.publish(&[&meeting]).expect("published");
    assert_eq!(report.unchanged, 1, "{report:?}");
    assert!(before == files(&desk.site()));
}

#[test]
fn the_sound_is_that_of_the_microphone_and_the_time() {
    let meeting = verified(RAPAT, words());
    meeting.finalize(SECRETARY, NUMBER, super::fixture::SIGNED).expect("official");
    let desk = Desk::new();
    desk.publish(&[&meeting]).expect("published");
    let page = desk.page();
    let folder = desk.site().join(page.replace("index.html", ""));
    let input = e_risalah::audio::Input::File(folder.join("m02-240000.ogg"));
    let mut source = e_risalah::audio::Source::open(&input).expect("sound");
    let rate = source.clock().rate() as usize;
    let mut block = vec![0.0; rate * 20 * usize::from(source.channels())];
    let frames = source.read(&mut block).expect("read");
    let seconds = frames as f64 / rate as f64;
    assert!((14.9..15.2).contains(&seconds), "{seconds}");
    let crossings = block[rate..2 * rate].windows(2).filter(|two| two[0] <= 0.0 && two[1] > 0.0).count();
    assert!((160..=170).contains(&crossings), "a tone of 165 Hz: {crossings}");
    let captions = desk.text(&page.replace("index.html", "m02-240000.vtt"));
    assert!(captions.starts_with("WEBVTT") && captions.contains("00:00:00.000 -->"), "{captions}");
    let silent = Desk { no_sound: true, ..Desk::new() };
    silent.publish(&[&meeting]).expect("published");
    assert!(!silent.text(&silent.page()).contains("<audio"));
    // The other way is made anew.
    let report = Desk { no_sound: false, ..silent }.publish(&[&meeting]).expect("published");
    assert_eq!(report.made, 1);
}
