{{ published_comparison('rep') }}
