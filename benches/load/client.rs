//! A light HTTP client: many kept-alive connections on one thread, because it shares the machine with the server. It
//! reads the status and where the answer ends, nothing more.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// Requests ready to be sent, and what is to come of each.
#[derive(Clone)]
pub struct Requests {
    /// Where to.
    pub address: String,
    /// Head and body of each; a run takes each once.
    pub texts: Arc<Vec<Vec<u8>>>,
    /// The status that each is answered with.
    pub status: u16,
}

/// How fast they are sent.
#[derive(Clone, Copy)]
pub enum Pace {
    /// Each connection sends the next one as soon as it has an answer.
    AsFastAsAnswered,
    /// So many a second, whether or not those before are answered.
    PerSecond(u32),
}

/// What a run came to.
#[derive(Default)]
pub struct Measured {
    time: Duration,
    latencies: Vec<Duration>,
    taken: Taken,
}

/// What this process has taken of the machine. Nothing where there is no `/proc`.
#[derive(Default)]
struct Taken {
    /// Processor time, in hundredths of a second, by the name of the threads that took it.
    ticks: BTreeMap<String, u64>,
    /// Bytes on their way to a disk.
    written: u64,
}

impl Requests {
    /// Sends them all over `connections` connections.
    pub fn send(&self, connections: usize, pace: Pace) -> Measured {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(self.send_all(connections, pace))
    }

    async fn send_all(&self, connections: usize, pace: Pace) -> Measured {
        let mut streams = Vec::new();
        for _ in 0..connections {
            let stream = TcpStream::connect(&self.address).await.unwrap();
            stream.set_nodelay(true).unwrap();
            streams.push(stream);
        }
        let next = Arc::new(AtomicUsize::new(0));
        let before = Taken::so_far();
        let start = Instant::now();
        let mut running = JoinSet::new();
        for stream in streams {
            running.spawn(self.clone().work(stream, next.clone(), start, pace));
        }
        let latencies = running.join_all().await.concat();
        Measured { time: start.elapsed(), latencies, taken: Taken::so_far().since(&before) }
    }

    async fn work(self, stream: TcpStream, next: Arc<AtomicUsize>, start: Instant, pace: Pace) -> Vec<Duration> {
        let mut latencies = Vec::new();
        let mut buffer = vec![0; 256 * 1024];
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(text) = self.texts.get(at) else { return latencies };
            let begun = match pace {
                Pace::AsFastAsAnswered => Instant::now(),
                Pace::PerSecond(rate) => wait_for(start + Duration::from_secs_f64(at as f64 / f64::from(rate))).await,
            };
            let status = exchange(&stream, text, &mut buffer).await.unwrap();
            latencies.push(begun.elapsed());
            assert_eq!(status, self.status, "{}", String::from_utf8_lossy(&buffer[..2000]));
        }
    }
}

/// Waits until a request is due. One that could not be sent at once has been waiting since then.
async fn wait_for(due: Instant) -> Instant {
    if Instant::now() > due {
        return due;
    }
    tokio::time::sleep_until(due.into()).await;
    Instant::now()
}

/// Sends a request and reads the answer to its end; returns the status.
async fn exchange(stream: &TcpStream, request: &[u8], buffer: &mut [u8]) -> std::io::Result<u16> {
    let mut rest = request;
    while !rest.is_empty() {
        match stream.try_write(rest) {
            Ok(sent) => rest = &rest[sent..],
            Err(error) if error.kind() == ErrorKind::WouldBlock => stream.writable().await?,
            Err(error) => return Err(error),
        }
    }
    let mut filled = 0;
    loop {
        stream.readable().await?;
        match stream.try_read(&mut buffer[filled..]) {
            Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
            Ok(read) => filled += read,
            Err(error) if error.kind() == ErrorKind::WouldBlock => continue,
            Err(error) => return Err(error),
        }
        if let Some(status) = complete(&buffer[..filled]) {
            return Ok(status);
        }
    }
}

/// The status of an answer that has come to its end.
fn complete(answer: &[u8]) -> Option<u16> {
    let head_end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n")? + 4;
    let head = std::str::from_utf8(&answer[..head_end]).unwrap();
    let header = |name: &str| {
        let lines = head.lines().filter_map(|line| line.split_once(": "));
        lines.filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value).next()
    };
    let is_whole = match header("content-length") {
        Some(length) => answer.len() == head_end + length.parse::<usize>().unwrap(),
        None => answer.ends_with(b"\r\n0\r\n\r\n"),
    };
    is_whole.then(|| head[9..12].parse().unwrap())
}

impl Measured {
    /// Adds another run.
    pub fn add(&mut self, other: Self) {
        self.time += other.time;
        self.latencies.extend(other.latencies);
        self.taken.written += other.taken.written;
        for (name, ticks) in other.taken.ticks {
            *self.taken.ticks.entry(name).or_default() += ticks;
        }
    }

    /// What each answer took, processor time by thread: it swings less than the rate where others use the machine too.
    pub fn taken(&self) -> String {
        let count = self.latencies.len() as f64;
        let micros = |ticks: &u64| *ticks as f64 * 10_000.0 / count;
        let each =
            self.taken.ticks.iter().map(|(name, ticks)| (name, micros(ticks))).filter(|(_, micros)| *micros >= 0.5);
        let each = each.map(|(name, micros)| format!("{name} {micros:.0} µs, ")).collect::<String>();
        format!("{each}written {:.1} kB", self.taken.written as f64 / 1000.0 / count)
    }

    /// How long each was waited for.
    pub fn latencies(self) -> Vec<Duration> {
        self.latencies
    }

    /// Answers a second.
    pub fn per_second(&self) -> f64 {
        self.latencies.len() as f64 / self.time.as_secs_f64()
    }

    /// The latency that so many percent stay below, in milliseconds.
    pub fn percentile(&mut self, percent: f64) -> f64 {
        self.latencies.sort_unstable();
        let at = (self.latencies.len() as f64 * percent / 100.0) as usize;
        self.latencies[at.min(self.latencies.len() - 1)].as_secs_f64() * 1000.0
    }
}

impl Taken {
    fn so_far() -> Self {
        let mut taken = Self::default();
        let client = std::process::id().to_string();
        for task in std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten() {
            let Ok(stat) = std::fs::read_to_string(task.path().join("stat")) else { continue };
            // Behind the name, which may hold spaces, the times in user and system mode are the 12th and 13th.
            let Some((name, rest)) = stat.split_once(" (").and_then(|(_, rest)| rest.rsplit_once(") ")) else {
                continue;
            };
            // The client runs on the first thread, whose number is that of the process.
            let name = if task.file_name() == *client.as_str() { "client" } else { name };
            let ticks = rest.split(' ').skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok());
            *taken.ticks.entry(name.to_owned()).or_default() += ticks.sum::<u64>();
        }
        let io = std::fs::read_to_string("/proc/self/io").unwrap_or_default();
        let written = io.lines().find_map(|line| line.strip_prefix("write_bytes: "));
        taken.written = written.and_then(|bytes| bytes.parse().ok()).unwrap_or_default();
        taken
    }

    fn since(self, before: &Self) -> Self {
        let since = |(name, ticks): (String, u64)| {
            let before = before.ticks.get(&name).copied().unwrap_or_default();
            (name, ticks.saturating_sub(before))
        };
        Self { ticks: self.ticks.into_iter().map(since).collect(), written: self.written - before.written }
    }
}
