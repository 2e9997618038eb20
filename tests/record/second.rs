//! The second folder: its own from the beginning, with everything that describes the meeting, and
//! found from the first.

use std::fs;

use e_risalah::record::recorder::Client;
use e_risalah::recording::{Growth, folder_of};

use crate::room::{Disk, Running, closed, recorded, risalah, run, samples, status, stderr, text, tone, until};

#[test]
fn a_second_folder_that_holds_another_recording_is_refused_and_left_alone() {
    let place = tempfile::tempdir().expect("a folder");
    let file = tone(place.path(), 5, 1);
    let (folder, second) = (place.path().join("rapat"), place.path().join("kedua"));
    let other = run(&["rekam", "--source", text(&file), "--speed", "10", "-o", text(&second), "-q"]);
    assert!(other.status.success(), "{}", stderr(&other));
    let contents = || {
        let entries = folder_of(&second).read_dir().expect("there").flatten();
        let mut files: Vec<_> = entries.map(|entry| (entry.path(), fs::read(entry.path()).expect("read"))).collect();
        files.sort();
        files
    };
    let before = contents();
    let begin = ["rekam", "--source", text(&file), "-o", text(&folder), "--mirror", text(&second), "-q"];
    let output = run(&begin);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains("sudah berisi rekaman"), "{}", stderr(&output));
    assert_eq!(contents(), before);
    assert!(Growth::open(&folder_of(&folder)).expect("read").is_none());
    for same in [folder.clone(), place.path().join("kedua/../rapat/")] {
        let begin = ["rekam", "--source", text(&file), "-o", text(&folder), "--mirror", text(&same), "-q"];
        let output = run(&begin);
        assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
        assert!(stderr(&output).contains("folder rekaman itu sendiri"), "{}", stderr(&output));
    }
}

#[test]
fn the_second_folder_describes_the_meeting_too() {
    let place = tempfile::tempdir().expect("a folder");
    let file = tone(place.path(), 3, 1);
    let (folder, second) = (place.path().join("rapat"), place.path().join("kedua"));
    fs::write(place.path().join("lembaga.toml"), "[lembaga]\nkota = \"Tanjung Contoh\"\nkop = [\"DPRD\"]\n")
        .expect("written");
    fs::write(place.path().join("hadir.csv"), "nama,kehadiran\nAni,hadir\n").expect("written");
    let description = place.path().join("paripurna.toml");
    fs::write(&description, "[hadir]\nanggota = 1\ndaftar = \"hadir.csv\"\n[[orang]]\nid = \"ani\"\nnama = \"Ani\"\n[[kursi]]\nkanal = 1\norang = \"ani\"\n")
        .expect("written");
    let output = run(&[
        "rekam",
        "--source",
        text(&file),
        "--meeting",
        text(&description),
        "-o",
        text(&folder),
        "--mirror",
        text(&second),
        "-q",
    ]);
    assert!(output.status.success(), "{}", stderr(&output));
    for name in ["rapat.toml", "lembaga.toml", "hadir.csv"] {
        assert!(second.join(name).is_file(), "{name} is missing: {}", stderr(&output));
    }
    assert_eq!(samples(&second), samples(&folder));
    // A record can be made from it alone.
    fs::remove_dir_all(&folder).expect("removed");
    let made = run(&["transkrip", text(&second), "-o", text(&second), "-q"]);
    assert!(made.status.success(), "{}", stderr(&made));
}

#[test]
fn after_a_takeover_the_first_folder_leads_to_the_second_even_when_it_is_gone() {
    let small = Disk::mount(900);
    let place = tempfile::tempdir().expect("a folder");
    let file = tone(place.path(), 200, 1);
    let (folder, second) = (small.path.join("rapat"), place.path().join("kedua"));
    let mut desk = Running::start(&mut risalah(&[
        "rekam",
        "--source",
        text(&file),
        "--speed",
        "4",
        "-o",
        text(&folder),
        "--mirror",
        text(&second),
        "-q",
    ]));
    let moved = until("the second folder", || status(&folder).filter(|status| status.moved));
    let told = run(&["rekam", "--status", "-o", text(&folder)]);
    assert_eq!(told.status.code(), Some(3), "{}", stderr(&told));
    assert!(stderr(&told).contains(text(&second)), "{}", stderr(&told));
    // And when its disk is pulled out altogether.
    assert!(std::process::Command::new("umount").arg("-l").arg(&small.path).status().expect("umount").success());
    let found = Client::reach(&folder_of(&folder)).expect("reached").status().expect("it answers");
    assert_eq!(found.folder, folder_of(&second));
    recorded(&folder, moved.received + 8_000);
    assert_eq!(run(&["rekam", "--stop", "-o", text(&folder)]).status.code(), Some(3));
    desk.0.wait().expect("the desk ends");
    let length = closed(&second).length().expect("closed") as usize;
    assert_eq!(samples(&second), samples(&file)[..length]);
}

#[test]
fn a_disk_that_ends_soon_is_told_before_and_while_it_records() {
    let small = Disk::mount(4_000);
    let place = tempfile::tempdir().expect("a folder");
    let file = tone(place.path(), 60, 1);
    let folder = small.path.join("rapat");
    let mut desk = risalah(&["rekam", "--source", text(&file), "-o", text(&folder), "-q"]);
    let desk = desk.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::piped()).spawn().expect("started");
    recorded(&folder, 8_000);
    let told = run(&["rekam", "--status", "-o", text(&folder)]);
    assert_eq!(told.status.code(), Some(3), "{}", stderr(&told));
    assert!(stderr(&told).contains("menit lagi"), "{}", stderr(&told));
    assert!(run(&["rekam", "--stop", "-o", text(&folder)]).status.success());
    let output = desk.wait_with_output().expect("the desk ends");
    assert!(stderr(&output).contains("hanya cukup untuk sekitar 00:0"), "{}", stderr(&output));
}
