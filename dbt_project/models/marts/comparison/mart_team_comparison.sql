{{ published_comparison('team') }}
