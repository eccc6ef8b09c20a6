export function BlocksPage() { return null; }
