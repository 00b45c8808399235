/** Events of apps in production, part of the one catalogue. */
export const appEvents = {
  'app.drifted':
    'An app is not as its live release says: `state`, and `findings` (`kind`, `subject`, `state`, `problem`).',
  'app.repaired':
    'What differed was repaired as far as it can be without losing anything; `state`: how the app stands now.',
  'app.backed-up': 'The data of the add-ons `addons` was dumped.',
  'app.restored': 'The data of the add-on `addon` was restored from the dump `backup`.',
  'job.done': 'The run `run` of the job `job` ended well.',
  'job.failed': 'The run `run` of the job `job` failed with `exitCode`; null where it never ended by itself.',
  'job.missed': 'The job `job` should have run while berthd did not.',
  'job.skipped': 'The job `job` should have run while the run before was still under way.',
} as const
