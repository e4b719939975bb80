"""What is measured and pictured from the live sandbox."""
