// Stands in the bundles for packages that AWS clients import in a browser only: `bowser` reads the name of one.
export default undefined;
