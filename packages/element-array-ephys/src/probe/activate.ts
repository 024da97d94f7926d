import type { Schema } from '@neurojoint/core'

/** Declares probes, the geometry of their types, and which electrodes recordings used. It needs nothing upstream. */
export function activate(schema: Schema) {
  const ProbeType = schema.lookup('ProbeType', {}, `
    # a design of probes: createProbeType() makes one from the vendor's table
    probe_type : varchar(32)    # part number, or a name of the DataJoint Elements such as neuropixels 1.0 - 3B
  `, {
    parts: {
      Electrode: [{}, `
        -> master
        electrode      : int32      # index over all shanks, from 0
        ---
        shank          : int32      # from 0, left to right
        shank_col      : int32      # column on its shank, from 0, left to right
        shank_row      : int32      # row on its shank, from 0 at the tip
        x_coord = null : float32    # (um) from the left edge of the first shank
        y_coord = null : float32    # (um) from the center of the lowest row
      `],
    },
  })

  const Probe = schema.lookup('Probe', { ProbeType }, `
    # one physical probe
    probe              : varchar(32)      # serial number
    ---
    -> ProbeType
    probe_comment = '' : varchar(1000)
  `)

  const ElectrodeConfig = schema.lookup('ElectrodeConfig', { ProbeType }, `
    # the electrodes that a recording used
    electrode_config_hash : uuid
    ---
    -> ProbeType
    electrode_config_name : varchar(4000)    # ranges of electrodes, such as 0-383
  `, {
    parts: {
      Electrode: [{ ProbeType }, `
        -> master
        -> ProbeType.Electrode
      `],
    },
  })

  return { ProbeType, Probe, ElectrodeConfig }
}
