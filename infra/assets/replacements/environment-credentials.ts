/** Stands in bundles for the SDK's chain of eight credential providers: Lambda gives a function its credentials in the
 *  environment, which is the chain's first link. The rest is 136 kB: clients of STS and SSO, profiles, metadata. */
export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';
