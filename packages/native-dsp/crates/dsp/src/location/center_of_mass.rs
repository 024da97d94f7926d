/// Where a peak comes from, by its amplitudes: `sum(amplitude * position) / sum(amplitude)`, x, y (µm).
///
/// `contacts` are the positions (µm) of the channels around the peak and the amplitudes there, which are not
/// negative (peak to peak, say). Where all are zero it is the middle of the contacts; of no contacts, `NaN`.
/// In double precision, in the order given. Source: SpikeInterface's `center_of_mass`.
pub fn center_of_mass(contacts: impl IntoIterator<Item = ([f64; 2], f32)>) -> [f64; 2] {
    let (mut weight, mut x, mut y) = (0.0, 0.0, 0.0);
    let (mut count, mut middle_x, mut middle_y) = (0.0, 0.0, 0.0);
    for (position, amplitude) in contacts {
        let amplitude = f64::from(amplitude);
        weight += amplitude;
        x += amplitude * position[0];
        y += amplitude * position[1];
        count += 1.0;
        middle_x += position[0];
        middle_y += position[1];
    }
    if weight == 0.0 { [middle_x / count, middle_y / count] } else { [x / weight, y / weight] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lies_nearer_to_the_larger_amplitude() {
        assert_eq!(center_of_mass([([0.0, 0.0], 30.0), ([16.0, 40.0], 10.0)]), [4.0, 10.0]);
    }

    #[test]
    fn of_one_contact_is_that_contact_and_of_silent_ones_their_middle() {
        assert_eq!(center_of_mass([([8.0, 20.0], 5.0)]), [8.0, 20.0]);
        assert_eq!(center_of_mass([([0.0, 0.0], 0.0), ([16.0, 40.0], 0.0)]), [8.0, 20.0]);
    }
}
