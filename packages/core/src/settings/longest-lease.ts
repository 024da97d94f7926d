/** The longest lease (s) that there is room for in what a reservation says of itself. */
export const longestLease = 999_999
