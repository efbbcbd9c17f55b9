use symphonia::core::audio::GenericAudioBufferRef;

use super::error::FileProblem;

/// Appends what was decoded of two channels, and says how many frames it was. `planes` is where they are on the way.
pub(super) fn take_planes(
    decoded: &GenericAudioBufferRef<'_>,
    planes: &mut Vec<Vec<f32>>,
    left: &mut Vec<f32>,
    right: &mut Vec<f32>,
) -> Result<u64, FileProblem> {
    decoded.copy_to_vecs_planar(planes);
    let [agent, customer] = &mut planes[..] else {
        return Err(FileProblem::Damaged("a frame has another number of channels".to_owned()));
    };
    let frames = agent.len() as u64;
    left.append(agent);
    right.append(customer);
    Ok(frames)
}
