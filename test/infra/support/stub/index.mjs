// Stands for every bundle in tests of the templates, which don't depend on what is in them.
export const handler = () => undefined;
