"""Page views, form submissions, redirect clicks, event and survey answers, and who is behind them."""
