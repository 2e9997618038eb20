//! Connections of who does not speak TLS, which are told so.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::time::Duration;

use axum_server::accept::Accept;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// With this byte each TLS connection begins.
const HANDSHAKE: u8 = 0x16;
/// How long the first byte is waited for.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long it is read on after an answer, so that the answer arrives.
const REST: Duration = Duration::from_millis(500);

const ANSWER: &str = "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n\
    Alamat ini dibuka dengan https://, bukan http://.\nThis address is opened with https://, not http://.\n";

/// Lets TLS through.
#[derive(Clone, Copy)]
pub struct Plain;

impl<S: Send + 'static> Accept<TcpStream, S> for Plain {
    type Stream = TcpStream;
    type Service = S;
    type Future = Pin<Box<dyn Future<Output = io::Result<(TcpStream, S)>> + Send>>;

    fn accept(&self, mut stream: TcpStream, service: S) -> Self::Future {
        Box::pin(async move {
            let mut first = [0];
            timeout(PATIENCE, stream.peek(&mut first)).await??;
            if first[0] == HANDSHAKE {
                stream.set_nodelay(true)?;
                return Ok((stream, service));
            }
            stream.write_all(ANSWER.as_bytes()).await?;
            stream.shutdown().await?;
            let mut rest = [0; 4096];
            let _ = timeout(REST, async { while stream.read(&mut rest).await.is_ok_and(|read| read > 0) {} }).await;
            Err(io::ErrorKind::InvalidData.into())
        })
    }
}
