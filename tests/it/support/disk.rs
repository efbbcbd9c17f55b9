//! A disk in memory that can be looked at while it is written to, and that can run full.

use std::cell::RefCell;
use std::io::{self, Cursor, Seek, SeekFrom, Write};
use std::rc::Rc;

/// One file. Clones are the same file.
#[derive(Clone, Default)]
pub(crate) struct Disk {
    file: Rc<RefCell<Cursor<Vec<u8>>>>,
    capacity: Option<usize>,
}

impl Disk {
    /// Refuses to grow beyond `capacity` bytes.
    pub(crate) fn of(capacity: usize) -> Self {
        Self { capacity: Some(capacity), ..Self::default() }
    }

    /// What another program would find now.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.file.borrow().get_ref().clone()
    }
}

impl Write for Disk {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut file = self.file.borrow_mut();
        let room =
            self.capacity.map_or(bytes.len(), |capacity| capacity.saturating_sub(file.position() as usize));
        if room == 0 && !bytes.is_empty() {
            return Err(io::ErrorKind::StorageFull.into());
        }
        file.write(&bytes[..bytes.len().min(room)])
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for Disk {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.borrow_mut().seek(to)
    }
}
