select * from build_info
