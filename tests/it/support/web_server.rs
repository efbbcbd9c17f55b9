//! A web server on a free port that answers each connection as a test says.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// What was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) path: String,
    /// The header `Range`, if there was one.
    pub(crate) range: Option<String>,
}

/// Raw bytes of an answer, after which the connection ends.
pub(crate) type Answer = Box<dyn FnOnce(&Request) -> Vec<u8> + Send>;

pub(crate) struct WebServer {
    pub(crate) address: SocketAddr,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl WebServer {
    /// Gives these answers, one a connection; whoever comes after the last is refused.
    pub(crate) fn start(answers: Vec<Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let asked = Arc::clone(&requests);
        let serve = move || {
            let mut answers = VecDeque::from(answers);
            while let Some(answer) = answers.pop_front() {
                let (stream, _) = listener.accept().unwrap();
                let request = read_request(&stream);
                asked.lock().unwrap().push(request.clone());
                // A client that has heard enough is gone.
                let _ = (&stream).write_all(&answer(&request));
            }
        };
        thread::Builder::new().name("web-server".to_owned()).spawn(serve).unwrap();
        Self { address, requests }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }
}

fn read_request(stream: &TcpStream) -> Request {
    let mut lines = BufReader::new(stream).lines().map(Result::unwrap);
    let path = lines.next().unwrap().split(' ').nth(1).unwrap().to_owned();
    let head: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
    let range = head.iter().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("range").then(|| value.to_owned())
    });
    Request { path, range }
}

/// An answer of status, headers and body; lengths are not added.
pub(crate) fn answer(status: u16, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status} -\r\nconnection: close\r\n{headers}\r\n");
    [head.as_bytes(), body].concat()
}

/// All of `file`, or from where the request wants it on.
pub(crate) fn ranged(file: Vec<u8>) -> Answer {
    Box::new(move |request| {
        let Some(range) = &request.range else {
            return answer(200, &format!("content-length: {}\r\n", file.len()), &file);
        };
        let from: usize = range.strip_prefix("bytes=").unwrap().strip_suffix('-').unwrap().parse().unwrap();
        let headers = format!(
            "content-length: {}\r\ncontent-range: bytes {from}-{}/{}\r\n",
            file.len() - from,
            file.len() - 1,
            file.len()
        );
        answer(206, &headers, &file[from..])
    })
}

/// These bytes, whatever is asked.
pub(crate) fn fixed(bytes: Vec<u8>) -> Answer {
    Box::new(move |_| bytes)
}

/// All of `file` is promised, and so much of it comes.
pub(crate) fn cut(file: &[u8], after: usize) -> Answer {
    fixed(answer(200, &format!("content-length: {}\r\n", file.len()), &file[..after]))
}

/// Elsewhere.
pub(crate) fn redirect(to: &str) -> Answer {
    fixed(answer(302, &format!("location: {to}\r\ncontent-length: 0\r\n"), b""))
}
