"""What users give us: rigs, votes, progress, reports and the settings of servers. Imports nothing of ours."""
