/** Places (um) of contacts. */
export interface Contacts {
  readonly x: Float64Array
  readonly y: Float64Array
}

/** From x, y of each contact in turn; of those asked for, in their order, or of all. */
export function contactsOf(positions: ArrayLike<number>, which?: readonly number[]): Contacts {
  const chosen = which ?? Array.from({ length: positions.length / 2 }, (_, index) => index)
  return {
    x: Float64Array.from(chosen, (contact) => positions[2 * contact]!),
    y: Float64Array.from(chosen, (contact) => positions[2 * contact + 1]!),
  }
}

export const distance = ({ x, y }: Contacts, one: number, two: number): number =>
  Math.sqrt((x[one]! - x[two]!) ** 2 + (y[one]! - y[two]!) ** 2)

/** The contacts within `radius` (um) of one, ascending. */
export function within(radius: number, contact: number, contacts: Contacts): number[] {
  const near: number[] = []
  for (let other = 0; other < contacts.x.length; other++) {
    if (distance(contacts, contact, other) <= radius) near.push(other)
  }
  return near
}
