/** Failures of a project's way to another machine. Spread into the catalogue. */
export const syncErrors = {
  SYNC_FAILED: {
    exit: 1,
    meaning: 'Files of the project could not be sent to the machine.',
    hint: 'run it again: it goes on where it stopped',
  },
  SYNC_STALE: {
    exit: 1,
    meaning: 'The copy of the project on the machine is not what it was thought to be.',
    hint: 'run it again: everything is sent anew',
  },
} as const
