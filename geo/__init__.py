"""Places, outlines, belts and map shells; knows neither the web framework, the database nor the portfolio."""
