//! Chromium, driven as a person does, over [WebDriver](https://www.w3.org/TR/webdriver2/).

use std::fs;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// Far beyond anything that a busy machine needs.
pub const DEADLINE: Duration = Duration::from_mins(1);
/// The key that [WebDriver](https://www.w3.org/TR/webdriver2/) puts an element's name under.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A browser of its own.
pub struct Browser {
    driver: Child,
    session: String,
    _profile: tempfile::TempDir,
}

impl Browser {
    pub fn new(language: &str, dark: bool) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port").port();
        let driver = Command::new("chromedriver")
            .arg(format!("--port={port}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("chromedriver ({error}): apt-get install chromium-driver"));
        let profile = tempfile::tempdir().expect("a folder");
        let arguments = [
            "--headless=new".to_owned(),
            "--no-sandbox".to_owned(),
            "--disable-dev-shm-usage".to_owned(),
            "--autoplay-policy=no-user-gesture-required".to_owned(),
            "--window-size=1024,768".to_owned(),
            format!("--accept-lang={language}"),
            format!("--user-data-dir={}", profile.path().display()),
        ];
        let wish = json!({ "capabilities": { "alwaysMatch": { "browserName": "chrome", "acceptInsecureCerts": true, "goog:chromeOptions": {
            "args": arguments, "prefs": { "intl.accept_languages": language }
        } } } });
        let base = format!("http://127.0.0.1:{port}");
        let begun = Instant::now();
        let session = loop {
            match call("POST", &format!("{base}/session"), Some(&wish)) {
                Ok(told) => break told["sessionId"].as_str().expect("a session").to_owned(),
                Err(why) => assert!(begun.elapsed() < DEADLINE, "{why}"),
            }
            thread::sleep(Duration::from_millis(50));
        };
        let browser = Self { driver, session: format!("{base}/session/{session}"), _profile: profile };
        let scheme = if dark { "dark" } else { "light" };
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        let order = json!({ "cmd": "Emulation.setEmulatedMedia", "params": media });
        browser.told("POST", "goog/cdp/execute", Some(&order));
        browser
    }

    /// The process above the browser's.
    #[allow(dead_code, reason = "the bench asks for it")]
    pub fn process(&self) -> u32 {
        self.driver.id()
    }

    pub fn told(&self, method: &str, what: &str, body: Option<&Value>) -> Value {
        call(method, &format!("{}/{what}", self.session), body).unwrap_or_else(|why| panic!("{what}: {why}"))
    }

    pub fn open(&self, address: &str) {
        self.told("POST", "url", Some(&json!({ "url": address })));
    }

    pub fn script(&self, code: &str) -> Value {
        self.told("POST", "execute/sync", Some(&json!({ "script": code, "args": [] })))
    }

    pub fn later(&self, code: &str) -> Value {
        self.told("POST", "execute/async", Some(&json!({ "script": code, "args": [] })))
    }

    /// Waits until an expression of the page is true.
    pub fn until(&self, expression: &str) {
        let begun = Instant::now();
        while self.script(&format!("return Boolean({expression})")) != json!(true) {
            let page = || self.script("return document.body.innerText.slice(0, 1500)");
            assert!(begun.elapsed() < DEADLINE, "never: {expression}\n{}", page());
            thread::sleep(Duration::from_millis(30));
        }
    }

    pub fn find(&self, selector: &str) -> String {
        let found = self.told("POST", "element", Some(&json!({ "using": "css selector", "value": selector })));
        found[ELEMENT].as_str().unwrap_or_else(|| panic!("no {selector}")).to_owned()
    }

    pub fn click(&self, selector: &str) {
        let element = self.find(selector);
        self.told("POST", &format!("element/{element}/click"), Some(&json!({})));
    }

    /// Drags one element to another: the events of a drag, as without a screen nothing is dragged.
    pub fn drag(&self, from: &str, to: &str) {
        self.script(&format!(
            "const [from, to] = [document.querySelector('{from}'), document.querySelector('{to}')]; \
             const more = {{ bubbles: true, cancelable: true, dataTransfer: new DataTransfer() }}; \
             from.dispatchEvent(new DragEvent('dragstart', more)); \
             if (to.dispatchEvent(new DragEvent('dragover', more))) throw new Error('no place to drop'); \
             to.dispatchEvent(new DragEvent('drop', more))"
        ));
    }

    /// Types into what has the focus; `held` keys are held down meanwhile.
    pub fn keys(&self, held: &str, text: &str) {
        let down = |key: &str| json!({ "type": "keyDown", "value": key });
        let up = |key: &str| json!({ "type": "keyUp", "value": key });
        let mut actions: Vec<Value> = held.chars().map(|key| down(&key.to_string())).collect();
        actions.extend(text.chars().flat_map(|key| [down(&key.to_string()), up(&key.to_string())]));
        actions.extend(held.chars().rev().map(|key| up(&key.to_string())));
        let keyboard = json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": actions }] });
        self.told("POST", "actions", Some(&keyboard));
    }

    /// Keeps a picture of the page where `RISALAH_SCREENSHOTS` names a folder.
    pub fn picture(&self, name: &str) {
        let Some(folder) = std::env::var_os("RISALAH_SCREENSHOTS").map(PathBuf::from) else { return };
        let told = self.told("GET", "screenshot", None);
        fs::create_dir_all(&folder).expect("made");
        fs::write(folder.join(format!("{name}.png.base64")), told.as_str().expect("a picture")).expect("written");
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = call("DELETE", &self.session, None);
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

fn call(method: &str, address: &str, body: Option<&Value>) -> Result<Value, String> {
    let agent = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();
    let body = body.map(Value::to_string);
    let answer = match (method, &body) {
        ("GET", _) => agent.get(address).call(),
        ("DELETE", _) => agent.delete(address).call(),
        (_, body) => {
            agent.post(address).header("Content-Type", "application/json").send(body.as_deref().unwrap_or("{}"))
        }
    };
    let text = answer.and_then(|mut answer| answer.body_mut().with_config().limit(64 << 20).read_to_string());
    let told: Value =
        serde_json::from_str(&text.map_err(|error| error.to_string())?).map_err(|error| error.to_string())?;
    match told["value"]["error"].as_str() {
        Some(error) => Err(format!("{error}: {}", told["value"]["message"])),
        None => Ok(told["value"].clone()),
    }
}
