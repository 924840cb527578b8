import type { Report } from "./report.ts";
export async function benchCosts(report: Report): Promise<void> { report.section("Costs"); }
