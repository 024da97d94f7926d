import type { PeakLocation } from '../../locating.ts'
import type { ResolvedMethod } from '../../locating-parameters.ts'
import type { Attention } from '../attention.ts'
import { centerOfMass } from './center-of-mass.ts'
import { type Contacts, contactsOf, within } from './contacts.ts'
import { enforceDecrease, planDecrease } from './decrease.ts'
import { findMonopole } from './monopole.ts'
import { findPrototype } from './prototype.ts'
import { createSources, locateAmongSources } from './sources.ts'

export const dimensions = { 'center-of-mass': 2, monopolar: 4, grid: 3 } as const

/** So many numbers per peak as the method has dimensions, in the order of the peaks. */
export async function locate(
  traces: Float32Array,
  location: PeakLocation,
  method: ResolvedMethod,
  attention: Attention,
): Promise<Float64Array> {
  const { channels, channel, sampleIndex, before, after } = location
  const frames = traces.length / channels
  const width = dimensions[method.kind]
  const located = new Float64Array(width * sampleIndex.length)
  const order = Array.from(channel, (_, peak) => peak).toSorted((a, b) => channel[a]! - channel[b]! || a - b)
  const prototype = method.kind === 'grid' ? (method.prototype ?? findPrototype(traces, location)) : []
  let around: Around | null = null
  for (let index = 0; index < order.length; index++) {
    if (attention.due()) await attention.rest(index / order.length)
    const peak = order[index]!
    const own = channel[peak]!
    if (around?.channel !== own) around = prepare(own, location, method, prototype)
    const frame = sampleIndex[peak]!
    const window = { frame, start: Math.max(0, frame - before), end: Math.min(frames, frame + after) }
    located.set(around.locate(traces, window), width * peak)
  }
  return located
}

/** What is the same for all peaks of one channel. */
interface Around {
  readonly channel: number
  locate(traces: Float32Array, window: Window): readonly number[]
}

interface Window {
  readonly frame: number
  readonly start: number
  readonly end: number
}

function prepare(
  channel: number,
  location: PeakLocation,
  method: ResolvedMethod,
  prototype: readonly number[],
): Around {
  const { channels, positions } = location
  const all = contactsOf(positions)
  if (method.kind === 'grid') return prepareGrid(channel, location, all, method, prototype)
  const neighbours = within(method.radius, channel, all)
  const contacts = contactsOf(positions, neighbours)
  const decrease = method.kind === 'monopolar' ? planDecrease(channel, neighbours, all) : []
  const amplitudes = new Float64Array(neighbours.length)
  return {
    channel,
    locate(traces, { start, end }) {
      for (let index = 0; index < neighbours.length; index++) {
        let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
        for (let at = start * channels + neighbours[index]!; at < end * channels; at += channels) {
          // NaN stays where it is met
          least = Math.min(least, traces[at]!)
          most = Math.max(most, traces[at]!)
        }
        amplitudes[index] = Math.fround(most - least)
      }
      if (method.kind === 'center-of-mass') return centerOfMass(contacts, amplitudes)
      enforceDecrease(decrease, amplitudes)
      return findMonopole(contacts, amplitudes, method.maxDistance)
    },
  }
}

function prepareGrid(
  channel: number,
  { channels, before }: PeakLocation,
  contacts: Contacts,
  method: ResolvedMethod,
  prototype: readonly number[],
): Around {
  const sources = createSources(method, channel, contacts)
  const products = new Float64Array(sources.channels.length)
  return {
    channel,
    locate(traces, { frame, start, end }) {
      const sign = traces[frame * channels + channel]! > 0 ? 1 : -1
      products.fill(0)
      for (let at = start; at < end; at++) {
        const expected = sign * prototype[at - frame + before]!
        for (let index = 0; index < products.length; index++) {
          products[index]! += expected * traces[at * channels + sources.channels[index]!]!
        }
      }
      if (products.some(Number.isNaN)) return [Number.NaN, Number.NaN, Number.NaN]
      const place = locateAmongSources(sources, products, method.percent)
      return place ?? [contacts.x[channel]!, contacts.y[channel]!, Number.NaN]
    },
  }
}
