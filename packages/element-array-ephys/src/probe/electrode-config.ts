import { createHash } from 'node:crypto'

/** The rows of one electrode configuration. */
export interface ElectrodeConfigRows {
  readonly config: {
    readonly electrode_config_hash: string
    readonly probe_type: string
    readonly electrode_config_name: string
  }
  readonly electrodes: readonly {
    readonly electrode_config_hash: string
    readonly probe_type: string
    readonly electrode: number
  }[]
}

/** The rows for the electrodes that a recording used, in any order. */
export function planElectrodeConfig(probeType: string, electrodes: readonly number[]): ElectrodeConfigRows {
  const used = sortedOnce(electrodes)
  const electrode_config_hash = electrodeConfigHash(probeType, used)
  return {
    config: { electrode_config_hash, probe_type: probeType, electrode_config_name: electrodeConfigName(used) },
    electrodes: used.map((electrode) => ({ electrode_config_hash, probe_type: probeType, electrode })),
  }
}

/**
 * The identity of a set of electrodes of one probe type: the MD5 of what Python prints of them, as `dict_to_uuid` of
 * element-interface makes it, so that Python clients find the same configuration.
 *
 * ```ts
 * electrodeConfigHash('neuropixels 1.0 - 3A', Array.from({ length: 384 }, (_, electrode) => electrode))
 * // '8d4cc6d8-a02d-42c8-bf27-7459c39ea0ee'
 * ```
 */
export function electrodeConfigHash(probeType: string, electrodes: readonly number[]): string {
  const hash = createHash('md5')
  const name = formatPythonText(probeType)
  for (const electrode of sortedOnce(electrodes)) {
    hash.update(`${electrode}{'probe_type': ${name}, 'electrode': ${electrode}}`)
  }
  return hash.digest('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

/** The electrodes as ranges: `0-95; 192-287`. */
export function electrodeConfigName(electrodes: readonly number[]): string {
  const ranges: { first: number; last: number }[] = []
  for (const electrode of sortedOnce(electrodes)) {
    const range = ranges.at(-1)
    if (range && electrode === range.last + 1) range.last = electrode
    else ranges.push({ first: electrode, last: electrode })
  }
  return ranges.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`)).join('; ')
}

const sortedOnce = (electrodes: readonly number[]): number[] => [...new Set(electrodes)].toSorted((a, b) => a - b)

/** A text as Python's `repr` writes it. */
function formatPythonText(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'"
  return `${quote}${text.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`)}${quote}`
}
