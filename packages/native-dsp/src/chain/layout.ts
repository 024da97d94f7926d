import type { Channel, Recording } from '@neurojoint/formats/recording'
import { InvalidParameterError } from '../errors.ts'

/** What a chain asks of the channels of a recording; entries in the order of `recording.channels`, which is that of the rows. */
export interface Layout {
  readonly channels: readonly Channel[]
  /** Rows that are recording sites, or may be. */
  readonly used: readonly number[]
  /** x, y of each row in turn (um). */
  positions(path: string): readonly number[]
  /** Of each row. */
  shanks(path: string): readonly number[]
  /** Of each row, samples in [0, 1). */
  shifts(path: string): readonly number[]
}

/** Facts that a recording does not state are refused when they are asked for, with the path of the step that needs them. */
export function layoutOf({ channels }: Recording): Layout {
  const siteOf = (channel: Channel, path: string) => {
    if (channel.site) return channel.site
    const found = `channel ${channel.name} without a site`
    throw new InvalidParameterError(path, found, 'a recording that says where its channels are, or another scope')
  }
  return {
    channels,
    used: channels.flatMap(({ site }, row) => (site?.used === false ? [] : [row])),
    positions: (path) =>
      channels.flatMap((channel) => {
        const { x, y } = siteOf(channel, path)
        return [x, y]
      }),
    shanks: (path) => channels.map((channel) => siteOf(channel, path).shank),
    shifts: (path) =>
      channels.map(({ name, sampleShift }) => {
        if (sampleShift !== undefined) return sampleShift
        const found = `channel ${name} without a shift`
        throw new InvalidParameterError(path, found, 'a recording that says when its channels are sampled, or `shifts`')
      }),
  }
}
