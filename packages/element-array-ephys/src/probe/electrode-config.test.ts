import { expect, test } from 'vitest'
import { electrodeConfigHash, electrodeConfigName, planElectrodeConfig } from './electrode-config.ts'

const first384 = Array.from({ length: 384 }, (_, electrode) => electrode)

// what Python's dict_to_uuid of element-interface gives; the first is in the tests of the DataJoint Elements
test.each([
  ['neuropixels 1.0 - 3A', '8d4cc6d8-a02d-42c8-bf27-7459c39ea0ee'],
  ['neuropixels 1.0 - 3B', '6f6d8149-1603-9d2c-f884-0fdf995ec8b3'],
])('electrodes 0 to 383 of %s have the hash that Python clients give them', (probeType, hash) => {
  expect(electrodeConfigHash(probeType, first384)).toBe(hash)
})

test('a hash does not depend on the order of the electrodes, nor on how often one is named', () => {
  expect(electrodeConfigHash('NP1010', [3, 10, 2])).toBe(electrodeConfigHash('NP1010', [10, 2, 3, 2]))
})

test('a name lists the ranges of the electrodes', () => {
  expect(electrodeConfigName(first384)).toBe('0-383')
  expect(electrodeConfigName([192, 193, 0, 1, 2, 300])).toBe('0-2; 192-193; 300')
})

test('the rows of a configuration have one hash', () => {
  const electrode_config_hash = electrodeConfigHash('NP1010', [0, 1])
  expect(planElectrodeConfig('NP1010', [1, 0])).toEqual({
    config: { electrode_config_hash, probe_type: 'NP1010', electrode_config_name: '0-1' },
    electrodes: [0, 1].map((electrode) => ({ electrode_config_hash, probe_type: 'NP1010', electrode })),
  })
})
