/// A stream of 32-bit draws that can be asked for in any order.
#[derive(Debug, Clone, Copy)]
pub struct Stream {
    multiplier: u32,
    offset: u32,
}

/// What a stream is for; streams of one seed that differ in purpose or index are unrelated.
#[derive(Clone, Copy)]
pub enum Purpose {
    Unit = 1,
    Train = 2,
    Amplitude = 3,
    ChannelNoise = 4,
    CommonNoise = 5,
}

impl Stream {
    pub fn open(seed: u32, purpose: Purpose, index: u32) -> Self {
        let offset = mix(mix(seed ^ mix(purpose as u32)).wrapping_add(index.wrapping_mul(0x9e37_79b9)));
        Self { multiplier: mix(offset.wrapping_add(0x6a09_e667)) | 1, offset }
    }

    /// Draw number `counter` of the stream.
    #[inline(always)]
    pub fn draw(self, counter: u32) -> u32 {
        mix(counter.wrapping_mul(self.multiplier).wrapping_add(self.offset))
    }
}

/// The 32-bit finaliser of least bias found by C. Wellons' hash prospector (constants 21f0aaad, 735a2d97).
#[inline(always)]
fn mix(mut h: u32) -> u32 {
    h = (h ^ (h >> 16)).wrapping_mul(0x21f0_aaad);
    h = (h ^ (h >> 15)).wrapping_mul(0x735a_2d97);
    h ^ (h >> 15)
}

/// The four bytes of a draw added up: a bell of mean 0 and standard deviation [`bell_deviation`] (Irwin-Hall of order 4).
#[inline(always)]
pub fn bell(h: u32) -> i32 {
    let pairs = (h & 0x00ff_00ff) + ((h >> 8) & 0x00ff_00ff);
    ((pairs & 0xffff) + (pairs >> 16)) as i32 - 510
}

/// Four discrete uniform numbers 0..255 have the variance 4 * (256² - 1) / 12.
pub fn bell_deviation() -> f64 {
    21845f64.sqrt()
}

/// Reads a stream from its beginning.
pub struct Reader {
    stream: Stream,
    counter: u32,
}

impl Reader {
    pub fn new(stream: Stream) -> Self {
        Self { stream, counter: 0 }
    }

    /// A uniform number in [0, 1).
    pub fn uniform(&mut self) -> f64 {
        let h = self.stream.draw(self.counter);
        self.counter = self.counter.wrapping_add(1);
        f64::from(h) / 4294967296.0
    }

    /// An exponential number of mean 1 by comparisons only (J. von Neumann 1951, "Various techniques used in connection
    /// with random digits"): no logarithm, hence the same bits in every language.
    pub fn exponential(&mut self) -> f64 {
        let mut whole = 0.0;
        loop {
            let first = self.uniform();
            let mut previous = first;
            let mut odd = true;
            loop {
                let value = self.uniform();
                if value >= previous {
                    break;
                }
                previous = value;
                odd = !odd;
            }
            if odd {
                return whole + first;
            }
            whole += 1.0;
        }
    }
}
