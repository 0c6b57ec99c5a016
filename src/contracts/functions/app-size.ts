/** What one task of an app gets: a quarter of a core. */
export const APP_SIZE = { cpu_units: 256, memory_mib: 512 } as const;

/** How many of `cpu_units` make one virtual core. */
export const CPU_UNITS_PER_CORE = 1024;
