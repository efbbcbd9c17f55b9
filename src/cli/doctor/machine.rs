use std::ffi::OsStr;
use std::fs;
use std::io::{self, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};

use crate::config::{ConfigError, Environment, Flags, Settings, load};
use crate::record::{create_private_file, create_private_folder};
use crate::transcribe::{has_cpu_feature, missing_cpu_features};

use super::report::Finding;

/// What the doctor asks of a machine.
pub trait Machine {
    /// Processor features that speech recognition is built for and that are not here.
    fn missing_cpu_features(&self) -> Vec<CpuFeature>;
    /// The settings as the station would get them.
    fn settings(&self) -> Result<Settings, ConfigError>;
    /// Makes the folder if it is missing, writes a file there and removes it.
    fn try_folder(&self, path: &Path) -> io::Result<Folder>;
    /// Listens at that address for a moment.
    fn try_listen(&self, address: SocketAddr) -> io::Result<()>;
    /// Whether the sound server answers and has the devices that the settings name.
    fn sound(&self, settings: &Settings) -> Finding;
    /// Whether the speech model is there and whole.
    fn model(&self, settings: &Settings) -> Finding;
    /// Whether the script file is valid.
    fn script(&self, settings: &Settings) -> Finding;
    /// Whether the floor is there and takes this station; asked only where one is configured.
    fn floor(&self, settings: &Settings) -> Finding;
    /// The best browser there is.
    fn browser(&self) -> Option<Browser>;
}

/// A processor feature by its usual name, such as `AVX2`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CpuFeature(pub &'static str);

/// A folder that can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Folder {
    /// Bytes free for this user; absent where the system does not tell.
    pub free_bytes: Option<u64>,
}

/// A browser that can show the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Browser {
    /// The program.
    pub path: PathBuf,
    /// Whether it knows Document Picture-in-Picture (Chromium 116 and its kin), which the panel on top needs.
    pub has_panel: bool,
}

/// A check that another part of the program brings.
pub type Probe = Box<dyn Fn(&Settings) -> Finding>;

/// The machine we run on.
pub struct LocalMachine {
    /// Where settings come from.
    pub flags: Flags,
    /// Where settings come from, too.
    pub environment: Environment,
    /// `PATH`, to look for browsers in.
    pub search_path: std::ffi::OsString,
    /// By `capture`.
    pub sound: Probe,
    /// By `transcribe`.
    pub model: Probe,
    /// By `script`.
    pub script: Probe,
    /// By `uplink`.
    pub floor: Probe,
}

impl Machine for LocalMachine {
    fn missing_cpu_features(&self) -> Vec<CpuFeature> {
        missing_cpu_features(has_cpu_feature).into_iter().map(CpuFeature).collect()
    }

    fn settings(&self) -> Result<Settings, ConfigError> {
        load(&self.flags, &self.environment)
    }

    fn try_folder(&self, path: &Path) -> io::Result<Folder> {
        create_private_folder(path)?;
        let probe = path.join(format!(".callcue-doctor-{}", std::process::id()));
        let written = create_private_file(&probe).and_then(|mut file| file.write_all(b"callcue doctor\n"));
        // A full disk leaves an empty file behind; it must go in any case.
        let removed = fs::remove_file(&probe);
        written.and(removed)?;
        Ok(Folder { free_bytes: free_bytes(path) })
    }

    fn try_listen(&self, address: SocketAddr) -> io::Result<()> {
        TcpListener::bind(address).map(drop)
    }

    fn sound(&self, settings: &Settings) -> Finding {
        (self.sound)(settings)
    }

    fn model(&self, settings: &Settings) -> Finding {
        (self.model)(settings)
    }

    fn script(&self, settings: &Settings) -> Finding {
        (self.script)(settings)
    }

    fn floor(&self, settings: &Settings) -> Finding {
        (self.floor)(settings)
    }

    fn browser(&self) -> Option<Browser> {
        find_browser(&self.search_path)
    }
}

#[cfg(unix)]
fn free_bytes(path: &Path) -> Option<u64> {
    let found = rustix::fs::statvfs(path).ok()?;
    Some(found.f_bavail.saturating_mul(found.f_frsize))
}

#[cfg(not(unix))]
fn free_bytes(_: &Path) -> Option<u64> {
    None
}

/// Windows and macOS always have one that the system can open.
#[cfg(any(windows, target_os = "macos"))]
fn find_browser(_: &OsStr) -> Option<Browser> {
    Some(Browser { path: "the system's browser".into(), has_panel: true })
}

#[cfg(not(any(windows, target_os = "macos")))]
fn find_browser(search_path: &OsStr) -> Option<Browser> {
    const PROGRAMS: [(&str, bool); 7] = [
        ("chromium", true),
        ("chromium-browser", true),
        ("google-chrome", true),
        ("google-chrome-stable", true),
        ("microsoft-edge", true),
        ("firefox", false),
        ("firefox-esr", false),
    ];
    let folders: Vec<PathBuf> = std::env::split_paths(search_path).collect();
    PROGRAMS.into_iter().find_map(|(name, has_panel)| {
        let path = folders.iter().map(|folder| folder.join(name)).find(|path| path.is_file())?;
        Some(Browser { path, has_panel })
    })
}
