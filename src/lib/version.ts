declare const BERTH_VERSION: string | undefined

/** Version and build id, `0.1.0+1a2b3c4d`; `0.0.0+source` when run without a build. */
export const version: string = typeof BERTH_VERSION === 'undefined' ? '0.0.0+source' : BERTH_VERSION
