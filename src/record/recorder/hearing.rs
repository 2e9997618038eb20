//! Hears the conference system of the room while it is recorded: JSON lines over a connection of
//! this computer, each entered into the ledger at the sample at which it came.
//!
//! Each line is answered with one, entered or refused, before the next is read; so a system that
//! babbles waits for the recorder, never the recorder for it. Whoever may connect may say what they
//! like of microphones; it changes no word and stops nothing.

use std::io::{BufReader, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crossbeam_channel::Sender;

use super::server::{Asked, pass_on};
use super::{Error, Refusal, Reply, Request};
use crate::conference::{self, Event, Fault, Lines, Source};

/// Connections at a time; a room has one system, and perhaps an adapter that is being tried.
const CONNECTIONS: usize = 4;

/// After a caller could not be taken, nobody is for so long.
const REST: Duration = Duration::from_millis(100);

/// Begins to hear on this port, 0 for any that is free; gives the port.
pub(super) fn begin(port: u16, requests: Sender<Asked>) -> Result<u16, Error> {
    let failed = |source| Error::Conference { port, source };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(failed)?;
    let heard = listener.local_addr().map_err(failed)?.port();
    thread::Builder::new().name("conference".into()).spawn(move || listen(&listener, &requests)).map_err(failed)?;
    Ok(heard)
}

fn listen(listener: &TcpListener, requests: &Sender<Asked>) {
    // Every connection holds one; what is left says how many there are.
    let place = Arc::new(());
    for caller in listener.incoming() {
        let Ok(caller) = caller else {
            // The reason may last: no more files can be opened, for example.
            thread::sleep(REST);
            continue;
        };
        if Arc::strong_count(&place) > CONNECTIONS {
            continue;
        }
        let (held, requests) = (Arc::clone(&place), requests.clone());
        // Without a thread for it the connection is closed, and the system may try again.
        let _ = thread::Builder::new().name("conference".into()).spawn(move || {
            hear(&caller, &requests);
            drop(held);
        });
    }
}

/// Hears one connection to its end.
fn hear(caller: &TcpStream, requests: &Sender<Asked>) -> Option<()> {
    let mut lines = Lines::new("konferensi", BufReader::new(caller.try_clone().ok()?));
    loop {
        let reply = match lines.next() {
            Ok(None) | Err(conference::Error::Line { fault: Fault::Broken(_), .. }) => return Some(()),
            Ok(Some(event)) => enter(event, requests),
            Err(error) => Reply::Refused { reason: Refusal::NotUnderstood(error.to_string()) },
        };
        let mut text = serde_json::to_vec(&reply).ok()?;
        text.push(b'\n');
        let mut writer = caller;
        writer.write_all(&text).ok()?;
    }
}

/// An event counts from when it came; the system's own time, if it gives one, is of another clock.
fn enter(event: Event, requests: &Sender<Asked>) -> Reply {
    pass_on(Request::Enter { entered: event.into(), ago_ms: 0, key: None, holders: Vec::new() }, requests)
}
