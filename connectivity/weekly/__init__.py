"""What a week brought: findings, money, prices, latencies. Nothing here stores or sends."""
