/** Labels on everything Berth makes in a container engine. Only objects with this home's label are ever removed. */
export const labels = {
  /** Identity of the BERTH_HOME that made it. */
  home: 'dev.berth.home',
  /** Env id. */
  env: 'dev.berth.env',
  project: 'dev.berth.project',
  name: 'dev.berth.name',
  service: 'dev.berth.service',
  /** Identity of the BERTH_HOME that deployed it: apps are no envs, and whoever tidies envs passes them by. */
  appHome: 'dev.berth.apps',
  /** App id, of everything a deploy makes. */
  app: 'dev.berth.app',
  deployment: 'dev.berth.deployment',
  release: 'dev.berth.release',
  /** Run of a job or a single command in an app: no part of what the app itself is. */
  run: 'dev.berth.run',
  runApp: 'dev.berth.run.app',
} as const

/** Compose's own labels that Berth reads. */
export const composeLabels = {
  project: 'com.docker.compose.project',
  service: 'com.docker.compose.service',
  network: 'com.docker.compose.network',
  volume: 'com.docker.compose.volume',
  oneOff: 'com.docker.compose.oneoff',
  number: 'com.docker.compose.container-number',
  configHash: 'com.docker.compose.config-hash',
  dependsOn: 'com.docker.compose.depends_on',
} as const
