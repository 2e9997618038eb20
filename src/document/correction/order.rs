//! What stands at another place than it did.

/// The places of the fewest numbers without which a list ascends.
pub(super) fn out_of_order(numbers: &[usize]) -> Vec<usize> {
    // The end of the best ascending list of each length, and what stands before each number in its
    // list.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(numbers.len());
    for (place, number) in numbers.iter().enumerate() {
        let length = ends.partition_point(|end| numbers[*end] < *number);
        before.push(length.checked_sub(1).map(|shorter| ends[shorter]));
        match ends.get_mut(length) {
            Some(end) => *end = place,
            None => ends.push(place),
        }
    }
    let mut in_order = vec![false; numbers.len()];
    let mut place = ends.last().copied();
    while let Some(at) = place {
        in_order[at] = true;
        place = before[at];
    }
    (0..numbers.len()).filter(|place| !in_order[*place]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_moved_is_out_of_order() {
        assert_eq!(out_of_order(&[]), Vec::<usize>::new());
        assert_eq!(out_of_order(&[1, 2, 5]), Vec::<usize>::new());
        assert_eq!(out_of_order(&[1, 3, 4, 5, 2, 6]), [4], "moved down");
        assert_eq!(out_of_order(&[1, 5, 2, 3, 4, 6]), [1], "moved up");
    }
}
