/** Under this name the deployer's process is noted, as if it were a unit of the edge. */
export const DEPLOYER = 'edge/deployer';
