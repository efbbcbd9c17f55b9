use std::fs::File;
use std::path::Path;

use anyhow::{Context, bail};
use symphonia::core::codecs::audio::AudioDecoderOptions;
use symphonia::core::errors::Error;
use symphonia::core::formats::FormatOptions;
use symphonia::core::formats::probe::Hint;
use symphonia::core::io::{MediaSourceStream, MediaSourceStreamOptions};
use symphonia::core::meta::MetadataOptions;
use symphonia::default::{get_codecs, get_probe};

use crate::call::SAMPLE_RATE_HZ;
use crate::capture::resample::Resampler;

/// Longest clip, Whisper's window: a wrong file is refused before it fills the memory.
const CLIP_S_MAX: usize = 30;

/// Reads a recording of one side: WAV or FLAC, one channel, any usual rate, at most 30 s. Gives 16 kHz, full scale ±1.0.
pub(super) fn read_clip(path: &Path) -> anyhow::Result<Vec<f32>> {
    let file = File::open(path).context("cannot be read")?;
    let stream = MediaSourceStream::new(Box::new(file), MediaSourceStreamOptions::default());
    let mut reader = get_probe()
        .probe(&Hint::new(), stream, FormatOptions::default(), MetadataOptions::default())
        .map_err(|error| match error {
            Error::IoError(error) => anyhow::Error::new(error).context("not a complete WAV or FLAC file"),
            error => anyhow::Error::new(error).context("not a WAV or FLAC file"),
        })?;
    let (track, audio) = reader
        .tracks()
        .iter()
        .find_map(|track| Some((track.id, track.codec_params.as_ref()?.audio()?.clone())))
        .context("holds no audio")?;
    let channels = audio.channels.as_ref().map_or(0, |channels| channels.count());
    if channels != 1 {
        bail!(
            "{channels} channels; export one side as a file of one channel (`callcue replay` takes whole calls)"
        );
    }
    let mut resampler = Resampler::new(audio.sample_rate.unwrap_or(0))?;
    let options = AudioDecoderOptions::default().verify(true);
    let mut decoder = get_codecs()
        .make_audio_decoder(&audio, &options)
        .context("samples of a form that is not read here")?;
    let (mut samples, mut planes) = (Vec::new(), Vec::new());
    while let Some(packet) = reader.next_packet().context("damaged or cut short")? {
        if packet.track_id != track {
            continue;
        }
        decoder.decode(&packet).context("damaged")?.copy_to_vecs_planar::<f32>(&mut planes);
        resampler.push_f32(planes.first().context("damaged: a frame has no channel")?, &mut samples);
        if samples.len() > CLIP_S_MAX * SAMPLE_RATE_HZ as usize {
            bail!("longer than {CLIP_S_MAX} s, which is all that the model hears at once; cut it at a pause");
        }
    }
    if decoder.finalize().verify_ok == Some(false) {
        bail!("damaged: the audio does not match its own checksum; copy it again");
    }
    resampler.finish(&mut samples);
    if samples.is_empty() {
        bail!("holds no audio; record or render it again");
    }
    Ok(samples.into_iter().map(|sample| f32::from(sample) / 32_768.0).collect())
}
